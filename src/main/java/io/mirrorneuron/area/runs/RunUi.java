package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WebAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The web page of a run: the worker's own description or, without one, the record of its web
 * service.
 */
final class RunUi {
  private static final String SERVICE_NAME = RegisteredPage.SERVICE;
  private static final List<String> PLACES =
      List.of(
          "/web_ui_service",
          "/blueprint_web_ui_service",
          "/metadata/blueprint_web_ui_service",
          "/manifest/metadata/blueprint_web_ui_service",
          "/service");

  private final Function<String, Optional<JobDetail>> jobs;
  private final RegisteredPage registered;
  private final Probe probe;

  /**
   * @param jobs reads a job from the runtime
   */
  RunUi(Function<String, Optional<JobDetail>> jobs, ServicesPort services, Probe probe) {
    this.jobs = jobs;
    this.registered = new RegisteredPage(services);
    this.probe = probe;
  }

  /**
   * {@code {run_id, run_dir, ui, web_ui, job, run, events}}.
   *
   * @param limit most events, the last ones
   * @throws MnException NOT_FOUND {@code run UI not found}
   */
  ObjectNode of(RedactedRun folder, int limit) {
    ObjectNode job = folder.read("job.json").orElseGet(Json::object);
    ObjectNode run = folder.read("run.json").orElseGet(Json::object);
    Optional<ObjectNode> ui = folder.readAsMade("ui.json");
    Optional<ObjectNode> webUi = ui.isEmpty() ? Optional.empty() : folder.readAsMade("web_ui.json");
    Optional<Service> service =
        webUi.isPresent() ? Optional.empty() : service(folder, job, run, ui.isPresent());
    if (ui.isEmpty() && service.isEmpty()) {
      throw notFound();
    }
    ObjectNode page = Json.object();
    page.put("run_id", folder.runId()).put("run_dir", folder.path().toString());
    page.set("ui", WebAddress.harmless(ui.orElseGet(() -> service.orElseThrow().ui())));
    page.set(
        "web_ui",
        WebAddress.harmless(webUi.or(() -> service.map(this::webUi)).orElseGet(Json::object)));
    page.set("job", job);
    page.set("run", run);
    page.set("events", folder.lastEvents(limit));
    return page;
  }

  static MnException notFound() {
    return new MnException(ErrorCode.NOT_FOUND, "run_ui_not_found", "run UI not found");
  }

  /**
   * @param optional whether the answer is complete without it, so that the runtime may be
   *     unreachable
   */
  private Optional<Service> service(
      RedactedRun folder, ObjectNode job, ObjectNode run, boolean optional) {
    List<JsonNode> documents = new ArrayList<>(List.of(job, run));
    folder.read("event_relay.json").ifPresent(documents::add);
    return found(documents)
        .or(() -> known(RunHeader.of(job).jobId(), optional).flatMap(one -> found(List.of(one))))
        .map(record -> new Service(record, false, folder, RunHeader.of(job), RunHeader.of(run)))
        .or(
            () ->
                registered
                    .of(folder.runId(), RunHeader.of(job).jobId(), optional)
                    .map(
                        record ->
                            new Service(
                                Json.MAPPER.valueToTree(record),
                                true,
                                folder,
                                RunHeader.of(job),
                                RunHeader.of(run))));
  }

  private Optional<JsonNode> known(String jobId, boolean optional) {
    try {
      return jobs.apply(jobId).map(JobDetail::json);
    } catch (MnException e) {
      if (optional && e.code().retryable()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<JsonNode> found(List<JsonNode> documents) {
    return documents.stream()
        .flatMap(
            document ->
                Stream.of(document, document.path("job"))
                    .flatMap(where -> PLACES.stream().map(where::at)))
        .filter(JsonNode::isObject)
        .filter(service -> SERVICE_NAME.equals(service.path("name").asText(SERVICE_NAME)))
        .findFirst();
  }

  private ObjectNode webUi(Service service) {
    String url = service.url();
    return service.webUi(
        service.registered() || url.isEmpty()
            ? service.status()
            : probe.status(url, service.ports()));
  }

  /**
   * The record of a service, and its run.
   *
   * @param document as a launcher or worker wrote it
   * @param registered whether it is from the registry, which knows the service's status
   */
  private record Service(
      JsonNode document, boolean registered, RedactedRun folder, RunHeader job, RunHeader run) {

    ObjectNode ui() {
      ObjectNode ui = Json.object().put("schema_version", 1).put("adapter", adapter());
      ui.put("kind", "output").put("title", title()).put("run_id", folder.runId());
      ui.put("blueprint_id", blueprintId());
      ArrayNode components = ui.putArray("components");
      String video = text("browser_video_source", "browser_source");
      components
          .addObject()
          .put("type", "video")
          .put("label", "Video")
          .put("browser_source", video);
      components.addObject().put("type", "events").put("label", "Events").put("max_events", 200);
      ui.putObject("metadata")
          .put("registered_by", registeredBy())
          .put("service_id", id())
          .put("service_name", SERVICE_NAME)
          .put("status", status())
          .put("run_ui_path", folder.path().resolve("ui.json").toString());
      return ui;
    }

    ObjectNode webUi(String status) {
      ObjectNode webUi = Json.object().put("adapter", adapter()).put("kind", "output");
      webUi.put("url", WebAddress.ofPage(url())).put("title", title());
      webUi.put("path", folder.path().toString()).put("status", status);
      webUi
          .putObject("metadata")
          .put("blueprint_id", blueprintId())
          .put("run_id", folder.runId())
          .put("events_path", folder.path().resolve(RunLog.EVENTS.file()).toString())
          .put("ui_path", folder.path().resolve("ui.json").toString())
          .put("registered_by", registeredBy())
          .put("launch_adapter", "runtime_service")
          .put("service_id", id())
          .put("service_name", SERVICE_NAME)
          .put("browser_video_source", text("browser_video_source", "browser_source"))
          .put("browser_publish_source", text("browser_publish_source"));
      return webUi;
    }

    private String registeredBy() {
      return registered ? "mirror_neuron_service_registry" : "blueprint_job_mapping";
    }

    /** As it was written, so untrusted; empty without one. */
    String url() {
      String url = text("url");
      String address = document.path("address").asText("127.0.0.1");
      return url != null ? url : port() > 0 ? "http://" + address + ":" + port() : "";
    }

    /** 0 without one. */
    private int port() {
      return document.path("port").asInt();
    }

    String status() {
      String status = document.path("status").asText("starting");
      return status.equals("passing") ? "running" : status;
    }

    /** Ports of the page by the run's own records. */
    Set<Integer> ports() {
      Set<Integer> ports = new HashSet<>();
      ports.add(port());
      folder
          .peek("web_ui_process.json")
          .ifPresent(process -> ports.add(process.path("port").asInt()));
      ports.remove(0);
      return ports;
    }

    private String adapter() {
      return Objects.requireNonNullElse(text("adapter"), "gradio");
    }

    private String title() {
      return Objects.requireNonNullElse(text("title"), "Blueprint Dashboard");
    }

    private String id() {
      String id = text("id", "service_id");
      String node = document.path("node_id").asText("web_ui_dashboard");
      return id != null ? id : job.jobId() + ":" + node + ":" + SERVICE_NAME;
    }

    private String blueprintId() {
      return run.or(job).blueprintIdOrNull();
    }

    /** The first of the members that is text, in the record or in its details; or null. */
    private String text(String... members) {
      for (String member : members) {
        for (JsonNode where : List.of(document.path("meta"), document.path("metadata"), document)) {
          if (where.path(member).isTextual() && !where.path(member).textValue().isBlank()) {
            return where.path(member).textValue();
          }
        }
      }
      return null;
    }
  }

  /** The page that a run's job offers as a service. */
  private record RegisteredPage(ServicesPort services) {
    static final String SERVICE = "blueprint-web-ui";
    private static final ServiceFilter ANY_PAGE = ServiceFilter.tagged(List.of("web_ui"), false);

    /**
     * The service instance of this run or this job.
     *
     * @param jobId may be null
     * @param optional whether to answer none while the runtime is unreachable
     */
    Optional<RegisteredService> of(String runId, String jobId, boolean optional) {
      try {
        return services.resolve(SERVICE, ANY_PAGE).services().stream()
            .filter(one -> isOf(one, runId, jobId))
            .findFirst();
      } catch (MnException e) {
        if (e.code() == ErrorCode.UNIMPLEMENTED || optional && e.code().retryable()) {
          return Optional.empty(); // another build of the runtime may have no services
        }
        throw e;
      }
    }

    private static boolean isOf(RegisteredService one, String runId, String jobId) {
      return runId.equals(one.meta().get("run_id"))
          || one.jobId() != null && one.jobId().equals(jobId);
    }
  }
}
