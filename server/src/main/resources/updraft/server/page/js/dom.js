// Elements without HTML strings: whatever a model or a person writes stays text.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "value" || name === "checked") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element: attributes, `on…` listeners, `data`; strings become text nodes. */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function s(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** Calls at most once a frame, with the latest arguments. */
export function oncePerFrame(action) {
  let waiting = false;
  let latest = [];
  return (...values) => {
    latest = values;
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        action(...latest);
      });
    }
  };
}

/** Tells screen readers, without moving anything. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Redraws when an element's width changes; the first time at once. */
export function onWidth(element, draw) {
  let last = -1;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width !== last && width > 0) {
      last = width;
      draw(width);
    }
  });
  observer.observe(element);
  return () => observer.disconnect();
}

let ids = 0;

/** An id that no other element has. */
export function freshId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}
