package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcService;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcService;
import io.mirrorneuron.proto.operations.v1.OperationsServiceGrpcService;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.PublishedContract;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call of the protos, with no token, a wrong one, one of each role and the runtime's own. */
class RpcRolesIT {
  private static final Auth ROLES =
      authorization ->
          Stream.of(Role.values())
              .filter(role -> ("Bearer " + role.word()).equals(authorization))
              .findFirst()
              .map(role -> Future.succeededFuture(new Principal("someone", role, null)))
              .orElseGet(() -> Auth.NOBODY_ENTERS.authenticate(authorization));

  /** Operations whose call has another name; all others are called as their call is. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "backupJob", "ExportJobBackup",
          "restoreJob", "RestoreJobBackup",
          "cleanupJobs", "ClearJobs",
          "listJobEvents", "StreamEvents",
          "getMetrics", "GetMetrics");

  private static GrpcRuntime runtime;
  private static GrpcClient client;

  @BeforeAll
  static void start() {
    runtime = GrpcRuntime.asking(ROLES);
    client = GrpcClient.client(runtime.vertx);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  static List<ServiceMethod<?, ?>> calls() {
    return Stream.of(
            JobServiceGrpcService.all(),
            ClusterServiceGrpcService.all(),
            ObservabilityServiceGrpcService.all(),
            OperationsServiceGrpcService.all(),
            RuntimeExtServiceGrpcService.all())
        .flatMap(List::stream)
        .collect(Collectors.toList());
  }

  @ParameterizedTest
  @MethodSource("calls")
  void theRoleDecidesAndNothingElse(ServiceMethod<?, ?> method) throws Exception {
    String call = method.methodName();
    boolean open = RpcRoles.OPEN.contains(call);
    Role needed = RpcRoles.of(call);
    for (String token : new String[] {null, "wrong"}) {
      assertThat(ask(method, token))
          .as(call + " with " + token)
          .isEqualTo(GrpcStatus.UNAUTHENTICATED);
    }
    for (Role role : open ? new Role[0] : Role.values()) {
      if (role.reaches(needed)) {
        assertAdmitted(call, role.word(), ask(method, role.word()));
      } else {
        assertThat(ask(method, role.word()))
            .as(call + " with " + role)
            .isEqualTo(GrpcStatus.PERMISSION_DENIED);
      }
    }
    if (!open) {
      assertAdmitted(call, "the operator token", ask(method, GrpcRuntime.AUTH.value()));
      assertAdmitted(call, "the admin token", ask(method, GrpcRuntime.ADMIN.value()));
    }
  }

  private static void assertAdmitted(String call, String token, GrpcStatus status) {
    assertThat(status)
        .as(call + " with " + token)
        .isNotIn(GrpcStatus.UNAUTHENTICATED, GrpcStatus.PERMISSION_DENIED);
  }

  @Test
  void eachCallNeedsTheRoleOfTheOperationOfItsName() {
    Set<String> calls =
        calls().stream().map(ServiceMethod::methodName).collect(Collectors.toUnmodifiableSet());
    Map<String, Role> compared =
        PublishedContract.read().operations().stream()
            .filter(operation -> operation.declared().containsKey("x-mn-role"))
            .filter(operation -> calls.contains(callOf(operation.id())))
            .collect(
                Collectors.toMap(
                    operation -> callOf(operation.id()),
                    operation -> Role.of(operation.declared().getString("x-mn-role"))));
    assertThat(compared).hasSizeGreaterThanOrEqualTo(17);
    compared.forEach((call, role) -> assertThat(RpcRoles.of(call)).as(call).isEqualTo(role));
  }

  private static String callOf(String operation) {
    return OTHER_NAMES.getOrDefault(
        operation, Character.toUpperCase(operation.charAt(0)) + operation.substring(1));
  }

  @Test
  void everyCallHasARole() {
    assertThat(calls())
        .hasSizeGreaterThan(40)
        .allMatch(method -> RpcRoles.isKnown(method.methodName()));
  }

  /** Sends an empty message of the call. */
  private static GrpcStatus ask(ServiceMethod<?, ?> method, String token) throws Exception {
    ServiceMethod<Buffer, Buffer> bare =
        ServiceMethod.client(
            ServiceName.create(method.serviceName().fullyQualifiedName()),
            method.methodName(),
            GrpcMessageEncoder.IDENTITY,
            GrpcMessageDecoder.IDENTITY);
    return client
        .request(SocketAddress.inetSocketAddress(runtime.server.port(), "127.0.0.1"), bare)
        .compose(
            request -> {
              if (token != null) {
                request.headers().set("authorization", "Bearer " + token);
              }
              return request.send(Buffer.buffer());
            })
        .compose(
            response ->
                response
                    .end()
                    .transform((ended, failed) -> Future.succeededFuture(response.status())))
        .await(20, TimeUnit.SECONDS);
  }
}
