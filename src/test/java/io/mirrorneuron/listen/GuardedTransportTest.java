package io.mirrorneuron.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.spi.transport.Transport;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedTransportTest {
  /** One that a later version of Vert.x adds would be answered by its default. */
  @Test
  void eachMethodOfTransportsIsPassedOn() {
    List<String> passed = signatures(GuardedTransport.class);

    assertThat(signatures(Transport.class)).isNotEmpty().isSubsetOf(passed);
  }

  private static List<String> signatures(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !method.isSynthetic())
        .map(GuardedTransportTest::signature)
        .toList();
  }

  private static String signature(Method method) {
    return method.getName() + Arrays.toString(method.getParameterTypes());
  }
}
