/**
 * Measurements: {@code VerifyBench} what a step costs by rows, {@code SpeculateBench} what
 * speculation gains by kind of text, {@code TracingBench} what tracing costs, {@code CompareBench}
 * how llama.cpp does the same work beside us. Prints nothing: results are records that the command
 * line shows.
 */
@NullMarked
package updraft.bench;

import org.jspecify.annotations.NullMarked;
