// VPDPBUSD adds up four products of unsigned and signed bytes as an int. Signed weights get 128
// added, for which the sum of the activations is taken off again.
ALWAYS ints dot_nibbles(ints t, ints n, ints x) { return dpbusd(t, n, x); }
ALWAYS ints end_nibbles(ints t) { return t; }

typedef ints bytes;
ALWAYS bytes open_bytes(ints w) { return i_xor(w, i_set((int)0x80808080)); }
ALWAYS ints start_bytes(int total) { return i_set(-128 * total); }
ALWAYS ints dot_bytes(ints t, bytes w, ints x) { return dpbusd(t, w, x); }
