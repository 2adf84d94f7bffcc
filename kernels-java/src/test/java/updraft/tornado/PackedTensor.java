package updraft.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.model.GgufTensor;
import updraft.model.Repacker;
import updraft.tornado.kernel.Packing;

/** A tensor as the device has it, for tests of single kernels. */
public record PackedTensor(IntArray words, FloatArray factors, int kind, int blockFactors) {
  public static PackedTensor of(GgufTensor tensor) {
    Matrix matrix =
        new WeightArrays(List.of(new Repacker(Packing.LANES).pack(tensor)))
            .matrix(0, 0, DeviceWeights.zeros(1), 0);
    return new PackedTensor(matrix.words(), matrix.factors(), matrix.kind(), matrix.blockFactors());
  }
}
