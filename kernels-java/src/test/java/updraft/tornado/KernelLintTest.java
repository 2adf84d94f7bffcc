package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import updraft.lint.KernelLint;

class KernelLintTest {

  @Test
  void kernelsStayInsideWhatIsRightOnEveryBackEnd() throws Exception {
    Path classes =
        Path.of(TornadoBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assertThat(KernelLint.check(classes)).isEmpty();
  }
}
