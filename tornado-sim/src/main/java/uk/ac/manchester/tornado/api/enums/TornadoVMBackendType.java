package uk.ac.manchester.tornado.api.enums;

/** What a device's kernels are compiled to; the simulator's are {@link #JAVA}. */
public enum TornadoVMBackendType {
  OPENCL,
  METAL,
  PTX,
  CUDA,
  SPIRV,
  JAVA,
  VIRTUAL
}
