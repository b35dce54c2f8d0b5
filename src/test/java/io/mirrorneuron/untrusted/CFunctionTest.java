package io.mirrorneuron.untrusted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class CFunctionTest {
  private static final int ENOENT = 2;
  private static final int EBADF = 9;

  @Test
  void aFunctionAnswersNumbersOfBothWidths() {
    assertThat(CFunction.of("getpid").call()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(CFunction.of("labs").callLong(-(1L << 40))).isEqualTo(1L << 40);
    assertThat(CFunction.of("abs").call(-7)).isEqualTo(7);
    assertThat(CFunction.of("toupper").call('a')).isEqualTo('A');
  }

  @Test
  void addressesAreNumbersToo() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom("four");

      assertThat(CFunction.of("strlen").callLong(text.address())).isEqualTo(4);
      assertThat(CFunction.of("strchr").plain(text.address(), 'u')).isEqualTo(text.address() + 2);
    }
  }

  @Test
  void whatIsWrongIsANegativeErrorNumber() {
    assertThat(CFunction.of("close").call(-1)).isEqualTo(-EBADF);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CFunction.state(arena);
      long nowhere = arena.allocateFrom("/nowhere/at/all").address();

      assertThat(CFunction.of("open").call(nowhere, 0)).isEqualTo(-ENOENT);
      assertThat(CFunction.of("read").callWith(state, -1, nowhere, 1)).isEqualTo(-EBADF);
      assertThat(CFunction.of("close").plain(-1) & 0xffff_ffffL).isEqualTo(0xffff_ffffL);
    }
  }

  /** {@code mmap} by number, whose last arguments say which file and where in it: none. */
  @Test
  void sevenArgumentsArrive() {
    long mmap = System.getProperty("os.arch").equals("aarch64") ? 222 : 9;
    int privateFile = 2;
    CFunction syscall = CFunction.of("syscall");

    assertThat(syscall.callLong(mmap, 0, 4096, 1, privateFile, -1, 0)).isEqualTo(-EBADF);
    assertThatThrownBy(() -> syscall.callLong(mmap, 0, 4096, 1, privateFile, -1, 0, 0))
        .hasMessage("more than 7 arguments");
  }

  @Test
  void thereIsNoFunctionOfAnUnknownName() {
    assertThat(CFunction.find("no_such_function")).isEmpty();
    assertThat(CFunction.find("close")).isPresent();
    assertThatThrownBy(() -> CFunction.of("no_such_function"))
        .isInstanceOf(NoSuchElementException.class);
  }
}
