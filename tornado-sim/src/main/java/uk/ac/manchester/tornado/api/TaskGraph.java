package uk.ac.manchester.tornado.api;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task1;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task10;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task11;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task12;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task13;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task14;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task15;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task16;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task17;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task18;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task19;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task20;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task3;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;
import updraft.sim.GraphDefinition;
import updraft.sim.GraphStep;
import updraft.sim.KernelCall;

/**
 * Kernels, in order, and what is copied to and from the device around them. Arguments are frozen
 * when a task is added: numbers become constants, arrays stand for their copies on the device.
 */
public class TaskGraph implements TaskGraphInterface {

  private final String name;
  private final List<GraphStep> steps = new ArrayList<>();

  /** An empty graph; GridSchedulers name its tasks as {@code name.task}. */
  public TaskGraph(String name) {
    this.name = name;
  }

  @Override
  public TaskGraph transferToDevice(int mode, Object... objects) {
    return add(new GraphStep.ToDevice(mode, List.of(objects)));
  }

  @Override
  public TaskGraph transferToHost(int mode, Object... objects) {
    return add(new GraphStep.ToHost(mode, List.of(objects)));
  }

  @Override
  public TaskGraph persistOnDevice(Object... objects) {
    return add(new GraphStep.Persist(List.of(objects)));
  }

  @Override
  public TaskGraph consumeFromDevice(String uniqueTaskGraphName, Object... objects) {
    return add(new GraphStep.Consume(uniqueTaskGraphName, List.of(objects)));
  }

  @Override
  public TaskGraph consumeFromDevice(Object... objects) {
    return add(new GraphStep.Consume(null, List.of(objects)));
  }

  @Override
  public ImmutableTaskGraph snapshot() {
    return new ImmutableTaskGraph(new GraphDefinition(name, List.copyOf(steps)));
  }

  @Override
  public String getTaskGraphName() {
    return name;
  }

  private TaskGraph add(GraphStep step) {
    steps.add(step);
    return this;
  }

  private TaskGraph call(String id, Object code, KernelCall call, Object... arguments) {
    return add(new GraphStep.Launch(id, code, call, arguments));
  }

  /** Adds a kernel without arguments. */
  public TaskGraph task(String id, Task code) {
    return call(id, code, arguments -> code.apply());
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1> TaskGraph task(String id, Task1<T1> code, T1 arg1) {
    return call(id, code, a -> code.apply((T1) a[0]), arg1);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2> TaskGraph task(String id, Task2<T1, T2> code, T1 arg1, T2 arg2) {
    return call(id, code, a -> code.apply((T1) a[0], (T2) a[1]), arg1, arg2);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3> TaskGraph task(String id, Task3<T1, T2, T3> code, T1 arg1, T2 arg2, T3 arg3) {
    return call(id, code, a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2]), arg1, arg2, arg3);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4> TaskGraph task(
      String id, Task4<T1, T2, T3, T4> code, T1 arg1, T2 arg2, T3 arg3, T4 arg4) {
    return call(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3]),
        arg1,
        arg2,
        arg3,
        arg4);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5> TaskGraph task(
      String id, Task5<T1, T2, T3, T4, T5> code, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5) {
    return call(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6> TaskGraph task(
      String id,
      Task6<T1, T2, T3, T4, T5, T6> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6) {
    return call(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7> TaskGraph task(
      String id,
      Task7<T1, T2, T3, T4, T5, T6, T7> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7) {
    return call(
        id,
        code,
        a ->
            code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8> TaskGraph task(
      String id,
      Task8<T1, T2, T3, T4, T5, T6, T7, T8> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6],
                (T8) a[7]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9> TaskGraph task(
      String id,
      Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6],
                (T8) a[7], (T9) a[8]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> TaskGraph task(
      String id,
      Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> TaskGraph task(
      String id,
      Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> TaskGraph task(
      String id,
      Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> TaskGraph task(
      String id,
      Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> TaskGraph task(
      String id,
      Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> TaskGraph task(
      String id,
      Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14,
      T15 arg15) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> TaskGraph task(
      String id,
      Task16<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14,
      T15 arg15,
      T16 arg16) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14],
                (T16) a[15]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17>
      TaskGraph task(
          String id,
          Task17<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17> code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14],
                (T16) a[15],
                (T17) a[16]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18>
      TaskGraph task(
          String id,
          Task18<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14],
                (T16) a[15],
                (T17) a[16],
                (T18) a[17]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19>
      TaskGraph task(
          String id,
          Task19<
                  T1,
                  T2,
                  T3,
                  T4,
                  T5,
                  T6,
                  T7,
                  T8,
                  T9,
                  T10,
                  T11,
                  T12,
                  T13,
                  T14,
                  T15,
                  T16,
                  T17,
                  T18,
                  T19>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18,
          T19 arg19) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14],
                (T16) a[15],
                (T17) a[16],
                (T18) a[17],
                (T19) a[18]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18,
        arg19);
  }

  /** Adds a kernel. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20>
      TaskGraph task(
          String id,
          Task20<
                  T1,
                  T2,
                  T3,
                  T4,
                  T5,
                  T6,
                  T7,
                  T8,
                  T9,
                  T10,
                  T11,
                  T12,
                  T13,
                  T14,
                  T15,
                  T16,
                  T17,
                  T18,
                  T19,
                  T20>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18,
          T19 arg19,
          T20 arg20) {
    return call(
        id,
        code,
        a ->
            code.apply(
                (T1) a[0],
                (T2) a[1],
                (T3) a[2],
                (T4) a[3],
                (T5) a[4],
                (T6) a[5],
                (T7) a[6],
                (T8) a[7],
                (T9) a[8],
                (T10) a[9],
                (T11) a[10],
                (T12) a[11],
                (T13) a[12],
                (T14) a[13],
                (T15) a[14],
                (T16) a[15],
                (T17) a[16],
                (T18) a[17],
                (T19) a[18],
                (T20) a[19]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18,
        arg19,
        arg20);
  }
}
