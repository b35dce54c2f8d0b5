package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that one node makes keep the contract for whoever asks another node for them. */
@Whole
class RoutedJobsIT implements RuntimeJobsContract {
  private static final Set<String> MAKING = Set.of("submit", "restore", "clear");

  @TempDir static Path folder;
  private static RuntimeFixture owner;
  private static RuntimeFixture other;
  private static GrpcRuntime endpoint;
  private static JobsPort jobs;

  @BeforeAll
  static void start() {
    owner = new RuntimeFixture(folder.resolve("owner"));
    endpoint = GrpcRuntime.before(owner);
    other = RuntimeFixture.beside(owner, folder.resolve("other"));
    jobs =
        (JobsPort)
            Proxy.newProxyInstance(
                JobsPort.class.getClassLoader(),
                new Class<?>[] {JobsPort.class},
                (proxy, method, arguments) -> {
                  JobsPort asked = MAKING.contains(method.getName()) ? owner.jobs() : other.jobs();
                  try {
                    return method.invoke(asked, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  @AfterAll
  static void stop() {
    other.close();
    endpoint.close();
    owner.close();
  }

  @Override
  public JobsPort jobs() {
    return jobs;
  }

  @Override
  public RuntimeFixture runtime() {
    return owner;
  }
}
