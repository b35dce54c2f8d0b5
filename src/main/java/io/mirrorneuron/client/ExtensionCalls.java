package io.mirrorneuron.client;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.proto.ext.v1.DecideRequestRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ForkJobRequest;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.ServiceMethod;

/** Calls that only runtimes of this project have; reports when the original lacks them. */
final class ExtensionCalls {
  private final GrpcCalls calls;

  ExtensionCalls(GrpcCalls calls) {
    this.calls = calls;
  }

  static ForkJobRequest request(String jobId, ForkRequest request) {
    ForkJobRequest.Builder fork =
        ForkJobRequest.newBuilder()
            .setJobId(jobId)
            .setInputsJson(Json.write(Json.MAPPER.valueToTree(request.inputs())));
    if (request.bundle() != null) {
      fork.setBundle(PayloadBytes.request(request.bundle()));
    }
    return request.step() == null
        ? fork.setEvent(request.event()).build()
        : fork.setStep(request.step()).build();
  }

  static DecideRequestRequest request(String jobId, HumanDecision decision) {
    return DecideRequestRequest.newBuilder()
        .setJobId(jobId)
        .setRunId(decision.runId())
        .setRequestId(decision.requestId())
        .setAction(decision.action())
        .setBodyJson(Json.write(decision.body()))
        .build();
  }

  <Q, T> T call(Class<T> answer, ServiceMethod<ExtJsonResponse, Q> method, Q request) {
    return call(answer, method, request, MultiMap.caseInsensitiveMultiMap());
  }

  <Q, T> T call(
      Class<T> answer, ServiceMethod<ExtJsonResponse, Q> method, Q request, MultiMap metadata) {
    try {
      return Json.read(
          calls.call(method, request, metadata).getResultJson(), answer, "result_json");
    } catch (MnException e) {
      if (e.code() != ErrorCode.UNIMPLEMENTED) {
        throw e;
      }
      throw new MnException(
          ErrorCode.UNIMPLEMENTED,
          "unimplemented",
          "the runtime has no " + method.methodName() + "; only runtimes of this project have it",
          null,
          e);
    }
  }
}
