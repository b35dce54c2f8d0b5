package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewWebhook;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.ext.v1.ChangeWebhookRequest;
import io.mirrorneuron.proto.ext.v1.CreateWebhookRequest;
import io.mirrorneuron.proto.ext.v1.DecideRequestRequest;
import io.mirrorneuron.proto.ext.v1.DrainJobRequest;
import io.mirrorneuron.proto.ext.v1.ExplainJobRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ForkJobRequest;
import io.mirrorneuron.proto.ext.v1.GetMetricsRequest;
import io.mirrorneuron.proto.ext.v1.ListDeadLettersRequest;
import io.mirrorneuron.proto.ext.v1.ListWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.ReceiveHookRequest;
import io.mirrorneuron.proto.ext.v1.ReplayDeadLetterRequest;
import io.mirrorneuron.proto.ext.v1.ReplayWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcService;
import io.mirrorneuron.proto.ext.v1.SendMessageRequest;
import io.mirrorneuron.proto.ext.v1.WebhookRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.wire.DeadLetterScan;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MessageForm;
import io.vertx.grpc.server.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Calls that the original contract lacks. */
final class ExtCalls {
  private static final int PAGE = 500;

  private final JobsPort jobs;
  private final ClusterPort cluster;
  private final SchedulesPort schedules;
  private final DeploymentsPort deployments;
  private final Webhooks webhooks;

  ExtCalls(RuntimeServer.Parts parts) {
    this.jobs = parts.jobs();
    this.cluster = parts.cluster();
    this.schedules = parts.schedules();
    this.deployments = parts.deployments();
    this.webhooks = parts.webhooks();
  }

  Service service(CallDispatcher endpoint) {
    CallDispatcher.Entrance entrance =
        endpoint.service(
            RuntimeExtServiceGrpcService.SERVICE_NAME,
            RuntimeExtServiceGrpcService.SERVICE_DESCRIPTOR,
            RuntimeExtServiceGrpcService.all());
    if (deployments != null) {
      new DeploymentCalls(deployments).bindOwn(entrance);
    }
    new ScheduleCalls(schedules).bindOwn(entrance);
    return new WebhookCalls(webhooks)
        .bind(entrance)
        .unary(RuntimeExtServiceGrpcService.ValidateJob, this::validate)
        .unary(RuntimeExtServiceGrpcService.PlanJob, this::plan)
        .unary(RuntimeExtServiceGrpcService.ListDeadLetters, this::listDeadLetters)
        .unary(RuntimeExtServiceGrpcService.ReplayDeadLetter, this::replayDeadLetter)
        .unary(RuntimeExtServiceGrpcService.SendMessage, this::sendMessage)
        .unary(RuntimeExtServiceGrpcService.DrainJob, this::drain)
        .unary(RuntimeExtServiceGrpcService.ExplainJob, this::explain)
        .unary(RuntimeExtServiceGrpcService.ForkJob, this::fork)
        .unary(RuntimeExtServiceGrpcService.DecideRequest, this::decide)
        .unary(RuntimeExtServiceGrpcService.GetMetrics, this::metrics)
        .build();
  }

  private ExtJsonResponse validate(SubmitJobRequest request, Call call) {
    return json(Json.write(jobs.validate(JobCalls.submission(request, call))));
  }

  private ExtJsonResponse plan(SubmitJobRequest request, Call call) {
    return json(Json.write(jobs.plan(JobCalls.submission(request, call))));
  }

  private ExtJsonResponse listDeadLetters(ListDeadLettersRequest request) {
    DeadLetterScan scan = new DeadLetterScan();
    EventPage page = jobs.events(request.getJobId(), 0, PAGE);
    while (!page.events().isEmpty()) {
      scan.read(page.events());
      page = jobs.events(request.getJobId(), page.next(), PAGE);
    }
    ObjectNode answer = Json.object().put("job_id", request.getJobId());
    answer.putArray("data").addAll(scan.letters());
    return json(AnswerBudget.rows(answer, "data"));
  }

  private ExtJsonResponse replayDeadLetter(ReplayDeadLetterRequest request) {
    return json(Json.write(jobs.replayDeadLetter(request.getJobId(), request.getIndex())));
  }

  private ExtJsonResponse sendMessage(SendMessageRequest request, Call call) {
    String text = request.getMessageJson().isBlank() ? "{}" : request.getMessageJson();
    ObjectNode message = Json.parseObject(text, "message_json");
    if (call.commandId() != null) {
      message = MessageForm.named(message, call.commandId());
    }
    return json(
        Json.write(call.jobs(jobs).send(request.getJobId(), request.getAgentId(), message)));
  }

  private ExtJsonResponse drain(DrainJobRequest request, Call call) {
    ObjectNode answer = Json.object().put("job_id", request.getJobId());
    String status = call.jobs(jobs).pause(request.getJobId(), true, call.caller().subject());
    return json(Json.write(answer.put("status", status)));
  }

  private ExtJsonResponse explain(ExplainJobRequest request, Call call) {
    return json(Json.write(call.jobs(jobs).why(request.getJobId())));
  }

  private ExtJsonResponse fork(ForkJobRequest request, Call call) {
    String text = request.getInputsJson().isBlank() ? "{}" : request.getInputsJson();
    Map<String, JsonNode> inputs =
        Json.parseObject(text, "inputs_json").properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    ForkRequest fork =
        new ForkRequest(
            request.hasStep() ? request.getStep() : null,
            request.getEvent(),
            inputs,
            request.hasBundle() ? JobCalls.submission(request.getBundle(), call) : null,
            JobCalls.idempotencyKey(call),
            call.caller().subject());
    return json(Json.write(call.jobs(jobs).fork(request.getJobId(), fork)));
  }

  private ExtJsonResponse decide(DecideRequestRequest request, Call call) {
    String text = request.getBodyJson().isBlank() ? "{}" : request.getBodyJson();
    HumanDecision decision =
        new HumanDecision(
            request.getRunId(),
            request.getRequestId(),
            request.getAction(),
            Json.parseObject(text, "body_json"),
            call.caller().subject());
    return json(Json.write(call.jobs(jobs).decide(request.getJobId(), decision)));
  }

  private ExtJsonResponse metrics(GetMetricsRequest request) {
    ClusterSummary overview = cluster.overview();
    if (!request.getWithNodes()) {
      return json(Json.write(overview.metrics()));
    }
    ObjectNode both = Json.object();
    both.set("nodes", overview.nodeDocuments());
    both.set("metrics", overview.metrics());
    return json(Json.write(both));
  }

  private static ExtJsonResponse json(String text) {
    return ExtJsonResponse.newBuilder().setResultJson(text).build();
  }

  private record WebhookCalls(Webhooks webhooks) {

    CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
      return entrance
          .unary(RuntimeExtServiceGrpcService.ListWebhooks, request -> list())
          .unary(RuntimeExtServiceGrpcService.CreateWebhook, this::create)
          .unary(RuntimeExtServiceGrpcService.GetWebhook, this::get)
          .unary(RuntimeExtServiceGrpcService.UpdateWebhook, this::update)
          .unary(RuntimeExtServiceGrpcService.RotateWebhook, this::rotate)
          .unary(
              RuntimeExtServiceGrpcService.EnableWebhook,
              request -> json(webhooks.outbound().enable(request.getWebhookId())))
          .unary(RuntimeExtServiceGrpcService.DeleteWebhook, this::delete)
          .unary(RuntimeExtServiceGrpcService.ListWebhookDeliveries, this::deliveries)
          .unary(RuntimeExtServiceGrpcService.ReplayWebhookDeliveries, this::replay)
          .unary(RuntimeExtServiceGrpcService.ReceiveHook, this::receive);
    }

    private ExtJsonResponse list() {
      List<Object> all = new ArrayList<>(webhooks.inbound().list());
      all.addAll(webhooks.outbound().list());
      return ExtJsonResponse.newBuilder()
          .setResultJson(AnswerBudget.rows(Json.MAPPER.valueToTree(Map.of("data", all)), "data"))
          .build();
    }

    private ExtJsonResponse create(CreateWebhookRequest request) {
      return json(
          Json.read(request.getWebhookJson(), NewWebhook.class, "webhook_json").in(webhooks));
    }

    private ExtJsonResponse get(WebhookRequest request) {
      String id = request.getWebhookId();
      return json(
          Webhooks.isOutbound(id) ? webhooks.outbound().get(id) : webhooks.inbound().get(id));
    }

    private ExtJsonResponse update(ChangeWebhookRequest request) {
      return json(webhooks.change(request.getWebhookId(), request.getSecret(), overlap(request)));
    }

    private ExtJsonResponse rotate(ChangeWebhookRequest request) {
      if (!request.getSecret().isEmpty()) {
        throw MnException.invalid("rotating makes a secret; give your own by UpdateWebhook");
      }
      return json(webhooks.rotate(request.getWebhookId(), overlap(request)));
    }

    private static Duration overlap(ChangeWebhookRequest request) {
      return request.hasOverlapSeconds() ? Duration.ofSeconds(request.getOverlapSeconds()) : null;
    }

    private ExtJsonResponse delete(WebhookRequest request) {
      webhooks.delete(request.getWebhookId());
      return json(Map.of("webhook_id", request.getWebhookId(), "status", "deleted"));
    }

    private ExtJsonResponse deliveries(ListWebhookDeliveriesRequest request) {
      String state = request.getState().isEmpty() ? null : request.getState();
      Object found =
          webhooks.outbound().deliveries(request.getWebhookId(), state, request.getLimit());
      return ExtJsonResponse.newBuilder()
          .setResultJson(AnswerBudget.rows(Json.MAPPER.valueToTree(found), "data"))
          .build();
    }

    private ExtJsonResponse replay(ReplayWebhookDeliveriesRequest request) {
      String delivery = request.getDeliveryId().isEmpty() ? null : request.getDeliveryId();
      return json(webhooks.outbound().replay(request.getWebhookId(), delivery));
    }

    private ExtJsonResponse receive(ReceiveHookRequest request) {
      if (request.getCheckOnly()) {
        webhooks.inbound().requireKnown(request.getToken());
        return json(Map.of());
      }
      var delivery = new HookDelivery(request.getBody().toByteArray(), request.getHeadersMap());
      return json(webhooks.inbound().receive(request.getToken(), delivery));
    }

    private static ExtJsonResponse json(Object answer) {
      return ExtJsonResponse.newBuilder().setResultJson(Json.write(answer)).build();
    }
  }
}
