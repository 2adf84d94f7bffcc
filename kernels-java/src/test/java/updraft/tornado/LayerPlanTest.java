package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static updraft.model.QuantType.F16;
import static updraft.model.QuantType.Q4_K;
import static updraft.model.QuantType.Q5_K;
import static updraft.model.QuantType.Q6_K;
import static updraft.model.QuantType.Q8_0;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import updraft.model.GgufTensor;
import updraft.model.ModelWeights;
import updraft.model.QuantType;

/** Graphs and compilations of large models, from their shapes alone. */
class LayerPlanTest {
  private static final int MOST = 39;

  /** Sizes of a model, and by layer the types of value and down, and of all else. */
  private record Shape(
      int layers,
      int hidden,
      int queries,
      int keys,
      int forward,
      QuantType type,
      IntFunction<QuantType> mixed) {

    List<ModelWeights.Layer> build() {
      return IntStream.range(0, layers)
          .mapToObj(
              layer -> {
                QuantType other = mixed.apply(layer);
                GgufTensor norm = tensor(QuantType.F32, 1, hidden);
                return new ModelWeights.Layer(
                    norm,
                    tensor(type, queries, hidden),
                    tensor(type, keys, hidden),
                    tensor(other, keys, hidden),
                    null,
                    null,
                    null,
                    null,
                    null,
                    tensor(type, hidden, queries),
                    null,
                    norm,
                    tensor(type, forward, hidden),
                    tensor(type, forward, hidden),
                    tensor(other, hidden, forward));
              })
          .toList();
    }

    /** Whose data nobody reads. */
    private static GgufTensor tensor(QuantType type, long rows, int columns) {
      return new GgufTensor(
          "none", type, rows, columns, MemorySegment.NULL.reinterpret(rows * type.bytes(columns)));
    }
  }

  private static Shape even(int layers, int hidden, int queries, int forward, QuantType type) {
    return new Shape(layers, hidden, queries, 1024, forward, type, layer -> type);
  }

  @Test
  void aModelOfOneTypeThatFitsArraysPassesOneGraphALayer() {
    List<ModelWeights.Layer> layers = even(32, 4096, 4096, 14336, Q8_0).build();
    LayerPlan plan = LayerPlan.of(layers);
    assertThat(plan.parts()).hasSize(1);
    assertThat(compilations(layers)).isEqualTo(25);
  }

  @Test
  void mixedTypesAreCutWhereThatSavesCompilations() {
    // as Q4_K_M has it: value and down in six bits in half of the layers
    Shape two = new Shape(32, 4096, 4096, 1024, 14336, Q4_K, k -> k % 3 == 0 ? Q6_K : Q4_K);
    assertThat(compilations(two.build())).isLessThanOrEqualTo(MOST);
    assertThat(LayerPlan.of(two.build()).parts()).hasSize(2);
    QuantType[] types = {Q4_K, Q5_K, Q6_K, Q8_0};
    Shape four = new Shape(32, 4096, 4096, 1024, 14336, Q4_K, k -> types[k % 4]);
    assertThat(compilations(four.build())).isLessThanOrEqualTo(MOST);
    assertThat(LayerPlan.of(four.build()).parts()).hasSizeGreaterThan(4);
  }

  @Test
  void modelsOfManyArraysTakeFewCompilations() {
    List<Shape> shapes =
        List.of(
            even(80, 8192, 8192, 28672, Q8_0), // Llama-3.1-70B
            new Shape(80, 8192, 8192, 1024, 28672, Q4_K, k -> k % 2 == 0 ? Q6_K : Q4_K),
            even(32, 4096, 4096, 14336, F16), // Llama-3.1-8B
            even(40, 5120, 4096, 14336, F16), // Mistral-Nemo
            even(88, 12288, 12288, 28672, Q8_0)); // Mistral-Large, 123 billion weights
    for (Shape shape : shapes) {
      List<ModelWeights.Layer> layers = shape.build();
      LayerPlan plan = LayerPlan.of(layers);
      System.out.printf(
          "%d layers, %d wide, %s: %d graphs, %d compilations%n",
          shape.layers(), shape.hidden(), shape.type(), plan.parts().size(), compilations(layers));
      assertThat(compilations(layers)).as("%s", shape).isLessThanOrEqualTo(MOST);
      assertPassed(plan, shape.layers());
    }
  }

  private static int compilations(List<ModelWeights.Layer> layers) {
    return LayerPlan.of(layers).tasks(layers) + LayerPlan.OTHER_TASKS;
  }

  /** Each layer passes each piece once, in order. */
  private static void assertPassed(LayerPlan plan, int layers) {
    for (int layer = 0; layer < layers; layer++) {
      int wanted = layer;
      assertThat(
              plan.parts().stream()
                  .filter(part -> part.layers().contains(wanted))
                  .flatMap(part -> part.pieces().stream()))
          .containsExactly(Piece.values());
    }
  }
}
