package updraft.tornado;

/**
 * How large a forward is, which decides how many work-groups its kernels get.
 *
 * @param rows of the forward
 * @param logitsRows rows whose logits are wanted
 * @param tiles of attention
 * @param splits parts of the longest context
 */
record Extent(int rows, int logitsRows, int tiles, int splits) {}
