package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.proto.node.v1.NodeServiceGrpcService;
import io.mirrorneuron.proto.node.v1.ProgramServiceGrpcService;
import io.mirrorneuron.testing.PublishedContract;
import io.vertx.grpc.common.ServiceMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of operations and roles in docs/security.md is that of the contract and the protos. */
class RolesInDocsTest {
  private static final Path DOCS = Path.of("docs", "security.md");
  private static final String MARK = "<!-- roles -->\n";

  @Test
  void theListIsUpToDate() throws IOException {
    String text = Files.readString(DOCS);
    String wanted = text.substring(0, text.indexOf(MARK) + MARK.length()) + lists();
    if ("write".equals(System.getProperty("roles.docs"))) {
      Files.writeString(DOCS, wanted);
    }
    assertThat(Files.readString(DOCS)).isEqualTo(wanted);
  }

  private static String lists() {
    StringBuilder lists = new StringBuilder("\n| REST operation | Role | |\n|---|---|---|\n");
    for (PublishedContract.Operation operation : PublishedContract.read().operations()) {
      String role = operation.declared().getString("x-mn-role", "nobody is asked");
      row(lists, operation.id(), role, operation.method() + " " + operation.path());
    }
    lists.append("\n| gRPC call | Role | |\n|---|---|---|\n");
    for (ServiceMethod<?, ?> call : RpcRolesIT.calls()) {
      String role =
          RpcRoles.OPEN.contains(call.methodName())
              ? "a token in its body"
              : RpcRoles.of(call.methodName()).word();
      row(lists, call.methodName(), role, call.serviceName().fullyQualifiedName());
    }
    Stream.of(NodeServiceGrpcService.all(), ProgramServiceGrpcService.all())
        .flatMap(List::stream)
        .forEach(
            call ->
                row(
                    lists,
                    call.methodName(),
                    RpcRoles.OPEN.contains(call.methodName())
                        ? "a token in its body"
                        : "other servers, by their token",
                    call.serviceName().fullyQualifiedName()));
    for (String call : List.of("Check", "Watch")) {
      row(lists, call, "nobody is asked", "grpc.health.v1.Health");
    }
    row(
        lists,
        "ServerReflectionInfo",
        "nobody is asked; with `env: dev` only",
        "grpc.reflection.v1.ServerReflection");
    return lists.toString();
  }

  private static void row(StringBuilder lists, String name, String role, String where) {
    lists.append("| `%s` | %s | `%s` |\n".formatted(name, role, where));
  }
}
