"""Small templates that together touch what the renderer knows; one string each."""

VARIABLES = {
    "s": "Hello World", "padded": "  \n x y \t", "n": 7, "z": 0, "f": 2.5, "t": True, "no": None, "empty": "", "u": "héllo 🦜!",
    "xs": [3, 1, 2], "words": ["b", "A", "c", "a"], "d": {"b": 1, "a": 2, "items": "shadow"}, "nested": {"k": {"list": [{"v": 1}, {"v": 2}]}},
    "people": [{"name": "Ann", "age": 31, "tags": ["x"]}, {"name": "bob", "age": 25, "tags": []}, {"name": "Cid", "age": 31, "tags": ["x", "y"]}],
    "html": "<a href=\"x\">'&'</a>", "json": {"a": [1, 2.0, None, True, "é\n\"\\/\u2028"], "b": {}, "c": [], "1": 1e20},
}

_EXPRESSIONS = """
1 + 2 * 3 - 4 / 2
7 // 2, -7 // 2, 7 % 3, -7 % 3, 7.5 // 2, -7.5 % 2
2 ** 10, 2 ** -1, 2 ** 0.5
10 / 5, 1 / 3, 1e16, 1e15, 123456789012345680.0, 0.0001, 0.00001, 1.5e-7, -0.0
-n + 3, +n, - - n, -n ** 2
1_000, 0x1F, 0b101, 0o17, 1.5e3, 2E2
"a" ~ 1 ~ none ~ true ~ [1, "x"]
"a" "b" 'c'
"ab" * 3, 2 * "ab", "ab" * -1, [1] * 2
[1, 2] + [3], (1,) + (2, 3)
"it's", 'say "x"', "both ' and \\"", "tab\\t", "\\x41\\u00e9\\101\\q"
["it's", 'say "x"', "both ' and \\"", "tab\\t\\n\\\\", "é🦜\\u200b\\u00a0"]
true, True, false, none, None
[true, none, 1.0, "x", (1, 2), (1,), ()], {"a": {"b": [1]}, 1: 2, none: 0.5}
{}, [], ()
1 == 1.0, "a" == 'a', [1, 2] == [1, 2], [1] == (1,), {"a": 1} == {"a": 1.0}, none == false, "1" == 1
1 < 2 < 3, 1 < 3 < 2, "a" < "b", "B" < "a", [1, 2] < [1, 3], 1 != 2, 2 >= 2, 1 <= 0.5
1 in xs, 9 in xs, "ell" in s, "a" in d, "z" not in d, 1 not in [2], "x" in undefined_name
not true, not none, not "", not [], not 0, not not 1
true and "x", "" or "y", none and 1, 0 or [] or "last", undefined_name or "z"
"yes" if n > 3 else "no"
"yes" if n > 100
1 if false else 2 if false else 3
n if t and not no else z
undefined_name
undefined_name is defined, n is defined, undefined_name is undefined, d.zzz is defined, d["zzz"] is undefined, nested.k.list[9] is defined
d.a, d["a"], d.items is callable, d["items"], d.get("a"), d.get("zz"), d.get("zz", 5)
nested.k.list[1].v, nested["k"]["list"][-1]["v"], nested.k.list.0.v
s[0], s[-1], s[2:5], s[:3], s[-3:], s[::-1], s[::2], s[8:2:-2], s[100:], s[:-100], u[6], u[::-1], u | length
xs[::-1], xs[1:], xs[:-1], xs[-2:], xs[::2], xs[5:], xs[-100:2], (1, 2, 3)[1:], xs[none:2], xs[2:0:-1]
xs[n], s[n], d[n]
d.items() | list, d.keys() | list, d.values() | list
padded.strip(), padded.lstrip(), padded.rstrip(), "xxaxx".strip("x"), "abcab".lstrip("ab"), "a\\n\\n".rstrip("\\n")
padded | trim, "xxaxx" | trim("x"), n | trim, no | trim
"a,b,,c".split(","), " a  b ".split(), "a,b,c".split(",", 1), "a b c".split(none, 1), "abc".split("x"), "".split(), "".split(",")
"a,b,c".rsplit(",", 1), " a b c ".rsplit(none, 1), " a  b c ".split(none, 1), "a\\nb\\r\\nc".splitlines(), "k=v=w".partition("="), "k=v=w".rpartition("="), "x".partition("=")
s.startswith("He"), s.endswith("ld"), s.startswith(("x", "H")), s.startswith("")
s.replace("l", "L"), s.replace("l", "L", 1), "aaa".replace("aa", "b"), "ab".replace("", "-"), s.replace("zz", "")
s.upper(), s.lower(), "hELLO wORLD".title(), "hELLO wORLD".capitalize(), s.swapcase(), "they're x-y".title(), "straße".upper()
s.find("o"), s.find("z"), s.rfind("o"), s.index("W"), s.count("l"), "".count("")
"-".join(words), ",".join([]), "{} and {}".format(1, "x"), "{0}{1}{0} {k} {{}}".format("a", "b", k=none)
"12".isdigit(), "1a".isalnum(), "ab".isalpha(), " ".isspace(), "AB".isupper(), "ab1".islower(), "".isdigit()
"7".zfill(3), "-7".zfill(4), "a".ljust(3) ~ "|", "a".rjust(3, "*"), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py")
"%s is %d and %.2f%% %5s|%-5s|%05d" % ("x", 3, 1.5, "r", "l", 42)
"%s" % "one", "%r" % "q", "%x" % 255, "%(a)s" % d
"%s-%s" | format(1, "b"), "%(x)s" | format(x=2)
s | upper, s | lower, "foo bar-baz (qux" | title, "fOO bAR" | capitalize
xs | length, s | count, d | length, undefined_name | length, u | list
xs | join, xs | join(", "), words | join("-") | upper, people | join(", ", attribute="name"), undefined_name | join(",")
xs | first, xs | last, s | first, [] | first, [] | last, d | first
[] | first is undefined
xs | sort, words | sort, words | sort(case_sensitive=true), xs | sort(reverse=true), people | sort(attribute="age,name") | map(attribute="name") | list
xs | reverse | list, s | reverse, words | reverse | join
words | unique | list, [1, 1, 2, 1.0] | unique | list, words | unique(case_sensitive=true) | list
xs | min, xs | max, words | min, words | max, people | map(attribute="age") | max, [] | max, people | max(attribute="age")
xs | sum, [] | sum, people | sum(attribute="age"), xs | sum(start=10)
people | map(attribute="name") | list, people | map(attribute="zz", default="-") | list, people | map(attribute="tags.0", default="-") | join(",")
words | map("upper") | join(","), ["a b", "c"] | map("replace", "a", "x") | list, xs | map("string") | list
xs | select("odd") | list, xs | reject("odd") | list, [0, 1, "", "x"] | select | list, xs | select("greaterthan", 1) | list, xs | select("in", [1, 2]) | list
people | selectattr("age", "equalto", 31) | map(attribute="name") | list, people | rejectattr("tags") | list | length, people | selectattr("tags") | list | count
people | selectattr("zz", "undefined") | list | length, people | selectattr("zz", "defined") | list
"has" if [] | select("odd") else "none", "has" if [] | select("odd") | list else "none"
d | items | list, d | dictsort, d | dictsort(by="value"), d | dictsort(reverse=true), {"B": 1, "a": 2} | dictsort, {"B": 1, "a": 2} | dictsort(case_sensitive=true)
undefined_name | default("x"), no | default("x"), no | default("x", true), empty | d("y", boolean=true), n | default(1), undefined_name | default
"42" | int, "4.7" | int, "x" | int, "x" | int(9), 3.99 | int, -3.99 | int, true | int, "0x1f" | int(base=16), " 5 " | int, none | int
"1.5" | float, "x" | float, 3 | float, "1e3" | float, "x" | float(2.5)
-5 | abs, 5 | abs, (-5) | abs, (-2.5) | abs
2.5 | round, 3.5 | round, 2.675 | round(2), 42.55 | round(1, "floor"), 42.11 | round(1, "ceil"), 7 | round, 1234 | round(-2), 1234.0 | round(-2)
n | string ~ f | string, [1, "a"] | string, none | string, n | string | length
(html | escape) ~ (html | e) ~ (n | escape)
"a\\nb\\n\\nc" | indent, "a\\nb\\n\\nc" | indent(2, true), "a\\n\\nb" | indent(2, blank=true), "a\\nb" | indent("> "), "a\\n" | indent(1)
s | replace("o", "0"), s | replace("o", "0", 1), n | replace(7, 8)
"a b  c" | wordcount, xs | batch(2) | list, xs | batch(2, 0) | list
json | tojson
json | tojson(indent=2)
json | tojson(ensure_ascii=true)
json | tojson(separators=(",", ":")), d | tojson(sort_keys=true), d | tojson(indent="\\t"), [] | tojson(indent=2), {"a": 1} | tojson(indent=0)
"</script>&'" | tojson, 1.0 | tojson, 1e-7 | tojson, none | tojson, true | tojson, {2: 1, none: 2, true: 3, 1.5: 4} | tojson, "\\u007f\\u0001\\b" | tojson, (1, 2) | tojson
n is number, f is float, n is integer, t is integer, t is number, t is boolean, s is string, xs is sequence, d is mapping, d is sequence, s is iterable, n is iterable, xs is iterable, undefined_name is iterable
no is none, no is not none, n is odd, n is even, n is divisibleby 7, n is divisibleby(2), t is true, t is false, z is false
n is eq 7, n is equalto(7), n is ne 7, n is gt 6, n is ge(7), n is lt 7, n is le 7, n is in xs, 1 is in xs, n is sameas n, no is sameas none, 1 is sameas true
s.upper is callable, range is callable, s is callable, "AB" is upper, "ab" is lower, "trim" is filter, "nope" is filter, "odd" is test
n is defined and n > 3, n is not defined or f is number, (n is odd) == true, not n is odd
range(3) | list, range(1, 4) | list, range(5, 0, -2) | list, range(0) | list, range(3)[1], range(10)[2:5] | list
dict(a=1, b="x"), dict({"a": 1}, b=2), dict([("a", 1)])
strftime_now("%Y-%m-%d %H:%M:%S"), strftime_now("%d %b %Y, %A %B %j %y %I %p %%"), strftime_now("%-d/%-m")
-3 | abs, 1 + 2 | string | length, n * "x" | upper
[1, 2,], {"a": 1,}, (1, 2,), d.get("a",)
xs.index(2), xs.count(1), (1, 2).index(2), (1, 1).count(1)
"a" if undefined_name else "b", "a" if d.zz else "b", d.zz ~ "!"
[x for x in xs]
1 +
{{ 1 }}
n.foo, s.foo, no.foo, xs.foo
undefined_name.foo
undefined_name["foo"]
undefined_name + 1
undefined_name ~ 1
undefined_name < 1
undefined_name == undefined_name, undefined_name == none
undefined_name()
n()
n | nosuchfilter
n is nosuchtest
"a" + 1
1 + none
"a" < 1
1 / 0
1 % 0
5 in 5
"x" in none
1 in "123"
none | select | list, no | map("upper") | list, 0 | rejectattr("x") | list, "ab" * true, [1] * z, undefined_name is callable
no[1:]
d[1:]
"Hello" % 1
raise_exception("Only user and assistant roles!")
xs | join(1, 2, 3)
s.replace("a")
s.nosuch()
d.pop("a")
undefined_name | tojson
none | length
none | list
s.__class__
s["__class__"], d._x, xs.__len__
range(1000000)
{"a": 1}[[1]]
"%d" % "x"
"%s %s" % "x"
"{} {}".format(1)
""".strip("\n").splitlines()

_STATEMENTS = [
    "", "plain", "line\n", "two\n\n", "a\r\nb\r\n", "{{ '' }}\n", "{{ 1 }}\n{{ 2 }}\n",
    "{% if n %}a{% elif z %}b{% else %}c{% endif %}", "{% if z %}a{% elif t %}b{% else %}c{% endif %}", "{% if z %}a{% elif no %}b{% else %}c{% endif %}",
    "{% for x in xs %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}",
    "{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {{ loop.cycle('a', 'b') }} {{ loop.changed(x > 1) }};{% endfor %}",
    "{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% else %}none{% endfor %}", "{% for x in [] %}x{% else %}none{% endfor %}",
    "{% for x in xs if x > 9 %}x{% else %}none{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for c in 'a🦜b' %}[{{ c }}]{% endfor %}", "{% for x in undefined_name %}x{% else %}e{% endfor %}",
    "{% for x in no %}x{% endfor %}", "{% for x in 5 %}x{% endfor %}", "{% for a, b in [(1, 2, 3)] %}x{% endfor %}", "{% for x in xs %}{{ x }}{% endfor %}{{ x }}|{{ loop is defined }}",
    "{% for x in xs %}{% for y in words[:2] %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
    "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in xs %}{% for y in xs %}{% if y == 1 %}{% break %}{% endif %}{{ y }}{% endfor %}{{ x }}{% endfor %}", "{% break %}", "{% for x in xs, 4 %}{{ x }}{% endfor %}",
    "{% set x = 1 %}{% for i in xs %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "{% set ns = namespace(x=1) %}{% for i in xs %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}", "{% set d.a = 1 %}", "{% set nope.a = 1 %}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = [1] %}",
    "{% set x %}  block {{ n }} {% endset %}[{{ x }}]", "{% set x | trim | upper %}  block {{ n }} {% endset %}[{{ x }}]", "{% if t %}{% set x = 5 %}{% endif %}{{ x }}",
    "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}", "{% set x = 1, 2 %}{{ x }}", "{% set a = b = 1 %}", "{% set s = s ~ '!' %}{{ s }}",
    "{% macro m(a, b=2, c=a) %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c=4) }} {{ m(b=5, a=6) }} {{ m() }}", "{% macro m(a) %}x{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}x{% endmacro %}{{ m(q=2) }}", "{% macro m() %}{{ y }}{% endmacro %}{% set y = 3 %}{{ m() }}", "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(4) }}",
    "{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) m(3) %}[{{ y }}]{% endcall %}", "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}body{{ n }}{% endcall %}", "{% macro m() %}<{{ caller() }}>{% endmacro %}{{ m() }}",
    "{% macro m() %} a {% endmacro %}{{ m() | trim }}|{{ m() | length }}|{{ m() ~ 'x' }}", "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "{% macro m(*a) %}{% endmacro %}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(1, *[2]) }}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}banana{% endfilter %}",
    "{% generation %}a{% set q = 1 %}{{ q }}{% endgeneration %}{{ q }}", "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set a = 1 %}{{ a }}{% endwith %}{{ a }}", "{% raw %}{{ x }} {% if %}{% endraw %}!",
    "a {%- raw -%} {{ x }} {%- endraw -%} b", "{# comment {{ x }} #}x", "a {#- c -#} b", "a {# c #}\nb", "a\n  {# c #}\n  b", "x{% if t %} y {% endif %}z", "  {% if t %}\n  y\n  {% endif %}\nz\n",
    "  {%+ if t %}\n  y\n  {%+ endif %}\nz\n", "a\n{% if t +%}\n y\n{% endif %}\nb", "a  {%- if t -%}  y  {%- endif -%}  b", "a\n\n{%- if t %}\n\ny{% endif -%}\n\nb", "  {{ n }}  \n  {{- n }} \n {{ n -}} \n x", "\n{% if t %}\n{{ n }}\n{% endif %}\n",
    "\t {% set a = 1 %}  \n{{ a }}", "x {% set a = 1 %}\n{{ a }}", "{{ n }}{% if t %}\n{% endif %}\n\n\n", "{{ {'a': {'b': 1}}.a.b }}", "{{ '}}' }}{{ \"%}\" }}", "{{ '{{ 7*7 }}' }}", "{{- s -}} ", "{{+ n }}", "{{ '\\n' }}|{{ 'a\nb' }}",
    "{ {{ n }} } {% if t %}}{% endif %}", "{%if t%}a{%endif%}", "{{s}}{{n}}", "{%- for x in xs -%}\n {{ x }} \n{%- endfor -%}\n", "{{ xs | map('string') | map('upper') | list }}",
    "{% if xs | length > 2 and s.startswith('H') %}ok{% endif %}", "{% if 'a' in d and d['a'] is number %}ok{% endif %}", "{% if messages is not defined or messages | length == 0 %}none{% endif %}",
    "{% if a %}", "{% for x in xs %}", "{% endif %}", "{{ n", "{% if n", "{# x", "{{ 'x }}", "{{ }}", "{% nosuch %}", "{{ (1 }}", "{{ [1, 2 }}", "{{ 1) }}", "{% for in xs %}{% endfor %}", "{% set = 1 %}", "{{ n n }}", "{{ ! }}", "{{ 'a' 1 }}",
    "{% else %}", "{{ raise_exception('a\nb') }}", "{% raw %}x", "{{ s | upper() | lower }}", "{{ s.upper().lower().title() }}", "{{ (s | upper).lower() }}", "{{ not (n == 7 or z) }}", "{{ -n | abs }}", "{{ html | safe }}",
    "{% if n == 7 %}{{ s }}{% endif %}\n{% if n == 8 %}{{ s }}{% endif %}\nend", "{% set content = 'a</think>\n\nb' %}{{ content.split('</think>')[0] }}|{{ content.split('</think>')[-1].lstrip('\\n') }}",
    "{% for m in people[::-1] %}{{ loop.index0 }}{{ m.name }} {% endfor %}", "{% for a in xs for b in xs %}{% endfor %}", "{% set x = namespace() %}{% set x.y = [] %}{% set x.y = x.y + [1] %}{{ x.y }}", "{{ loop }}",
    "{% for p in people %}{{ p['name'] ~ (' (' ~ p.age ~ ')' if p.age > 30 else '') }}{{ '; ' if not loop.last }}{% endfor %}", "{% if not t %}{% elif n is string %}{% else %}{{ 'deep' if f > 2 else 'no' }}{% endif %}",
]

SNIPPETS = ["{{ " + e + " }}" for e in _EXPRESSIONS] + _STATEMENTS
