/**
 * Where keys and values live, logically: pages of 16 slots, page tables, the prefix cache.
 *
 * <p>Holds no key and no value: a backend owns the bytes. Used by the engine thread alone.
 */
@NullMarked
package updraft.cache;

import org.jspecify.annotations.NullMarked;
