package io.mirrorneuron.server;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives signals during the shutdown, which the virtual machine ignores by default. Uses its
 * signal class by name, because the compiler's warning about it cannot be suppressed.
 */
public final class FurtherSignals {
  private static final Logger LOG = LoggerFactory.getLogger(FurtherSignals.class);

  private FurtherSignals() {}

  /** Completes with the next SIGTERM or SIGINT; never where signals cannot be heard. */
  public static CompletionStage<Void> next() {
    CompletableFuture<Void> next = new CompletableFuture<>();
    for (String name : new String[] {"TERM", "INT"}) {
      try {
        listen(name, () -> next.complete(null));
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        LOG.debug("SIG{} is not heard", name, e);
      }
    }
    return next;
  }

  private static void listen(String name, Runnable heard) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object listener =
        Proxy.newProxyInstance(
            handler.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              heard.run();
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
  }
}
