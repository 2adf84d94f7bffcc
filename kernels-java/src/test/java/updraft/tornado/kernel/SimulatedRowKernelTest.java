package updraft.tornado.kernel;

/** On the simulator, with its checks: in every build. */
class SimulatedRowKernelTest extends RowKernelContract {}
