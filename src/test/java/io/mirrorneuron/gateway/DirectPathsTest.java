package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.gateway.ApiRouter.DirectPaths;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectPathsTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final DirectPaths PATHS = new DirectPaths();
  private static List<ApiOperation> operations;

  @BeforeAll
  static void read() throws Exception {
    operations = Contract.load(VERTX).await(30, TimeUnit.SECONDS).operations();
    for (int i = 0; i < operations.size(); i++) {
      PATHS.add(operations.get(i), i, ctx -> {});
    }
  }

  @AfterAll
  static void stop() {
    VERTX.close().await();
  }

  /** The operations that are tried one after the other, as a router does it. */
  private static List<ApiOperation> fitting(HttpMethod method, String path) {
    return operations.stream()
        .filter(operation -> operation.method().equals(method))
        .filter(operation -> Pattern.matches(operation.pathRegex(), path))
        .toList();
  }

  @Test
  void eachPathLeadsToTheFirstOperationThatFits() {
    for (ApiOperation operation : operations) {
      String path = operation.path().replaceAll("\\{[^}]*}", "a-1.B_~");
      List<ApiOperation> fitting = fitting(operation.method(), path);
      DirectPaths.Ending found = PATHS.find(operation.method(), path);

      if (fitting.stream().anyMatch(one -> one.slashed() != null)) {
        assertThat(found).as(path).isNull();
      } else {
        assertThat(found.order()).as(path).isEqualTo(operations.indexOf(fitting.getFirst()));
      }
    }
  }

  @Test
  void whatMayBeReadMayBeAskedForItsHead() {
    assertThat(PATHS.find(HttpMethod.HEAD, "/api/v1/jobs/j1"))
        .isNotNull()
        .extracting(DirectPaths.Ending::order)
        .isEqualTo(PATHS.find(HttpMethod.GET, "/api/v1/jobs/j1").order());
    assertThat(PATHS.find(HttpMethod.HEAD, "/api/v1/jobs/j1/pause")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "*",
        "api/v1/jobs",
        "/api/v1/jobs/",
        "/api/v1//jobs",
        "//api/v1/jobs",
        "/api/v1/jobs/.",
        "/api/v1/jobs/..",
        "/api/v1/jobs/.hidden",
        "/api/v1/jobs/%61",
        "/api/v1/jobs/a b",
        "/api/v1/jobs/a+b",
        "/api/v1/jobs/ä",
        "/api/v1/jobs;a=b",
        "/api/v1/nothing",
        "/API/V1/jobs"
      })
  void whatIsWrittenOtherwiseIsLeftToOthers(String path) {
    assertThat(PATHS.find(HttpMethod.GET, path)).isNull();
  }

  @Test
  void anotherMethodIsLeftToOthers() {
    assertThat(PATHS.find(HttpMethod.PUT, "/api/v1/jobs")).isNull();
    assertThat(PATHS.find(HttpMethod.OPTIONS, "/api/v1/jobs")).isNull();
  }
}
