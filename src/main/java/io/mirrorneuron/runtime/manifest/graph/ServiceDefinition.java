package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A service that a job or an agent offers, as written or with its templates filled in.
 *
 * @param agentId null for a service of the job
 * @param port null when the author wrote none
 * @param url null when the author wrote none
 * @param meta further values of the author, as written; texts with templates filled in
 * @param origin {@code internal} or {@code external}
 * @param role in a deployment, or null
 * @param problem why it cannot be used, or null
 */
public record ServiceDefinition(
    String name,
    String agentId,
    String address,
    String port,
    String url,
    List<String> tags,
    Map<String, Object> meta,
    String provider,
    String origin,
    String role,
    List<CheckDefinition> checks,
    String problem) {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int LAST_PORT = 65_535;

  public ServiceDefinition {
    tags = List.copyOf(tags);
    checks = List.copyOf(checks);
  }

  private record Written(
      String name,
      String address,
      String host,
      JsonNode port,
      String url,
      List<String> tags,
      Map<String, Object> meta,
      String provider,
      String origin,
      String deploymentRole,
      List<JsonNode> checks) {}

  static ServiceDefinition of(JsonNode json, String agentId) {
    Written written = LenientJson.read(json, Written.class);
    String address = written.address == null ? written.host : written.address;
    return new ServiceDefinition(
        written.name,
        agentId,
        Objects.requireNonNullElse(address, LOOPBACK),
        written.port == null ? null : written.port.asText(),
        written.url,
        written.tags,
        written.meta,
        Objects.requireNonNullElse(written.provider, "mirror_neuron"),
        Objects.requireNonNullElse(written.origin, "internal"),
        written.deploymentRole,
        checks(written.checks),
        null);
  }

  /**
   * A service at an address.
   *
   * @param port may be null
   */
  public static ServiceDefinition at(String name, String address, Integer port) {
    return of(Json.object().put("name", name).put("address", address).put("port", port), null);
  }

  static List<CheckDefinition> checks(List<JsonNode> written) {
    List<CheckDefinition> checks = new ArrayList<>();
    written.forEach(check -> checks.add(CheckDefinition.of(check, checks.size())));
    return checks;
  }

  /** 0 without a port. */
  public int portNumber() {
    return number(port);
  }

  /** The port number in a text; 0 when there is none. */
  public static int number(String port) {
    if (port == null || !port.trim().matches("\\d{1,5}")) {
      return 0;
    }
    int number = Integer.parseInt(port.trim());
    return number <= LAST_PORT ? number : 0;
  }

  /** The same with templates filled in; unresolved ones become its problem. */
  public ServiceDefinition filled(ServiceTemplates outer) {
    try {
      Map<String, String> own = new LinkedHashMap<>(outer.facts());
      own.put("service.name", name);
      ServiceTemplates templates = new ServiceTemplates(outer.config(), outer.environment(), own);
      own.put("service.address", templates.fill(address));
      if (port != null) {
        own.put("service.port", templates.fill(port).trim());
      }
      if (url != null) {
        own.put("service.url", templates.fill(url));
      }
      meta.forEach((key, value) -> own.put("service.meta." + key, value.toString()));
      return with(own, templates);
    } catch (ServiceTemplates.Unfilled e) {
      return troubled(e.getMessage());
    }
  }

  private ServiceDefinition with(Map<String, String> own, ServiceTemplates templates) {
    String filledPort = own.get("service.port");
    if (filledPort != null && number(filledPort) == 0) {
      return troubled("its port must be a number from 1 to 65535, not \"" + filledPort + "\"");
    }
    Map<String, Object> filledMeta = new LinkedHashMap<>(meta);
    filledMeta.replaceAll(
        (key, value) -> value instanceof String text ? templates.fill(text) : value);
    return new ServiceDefinition(
        name,
        agentId,
        own.get("service.address"),
        filledPort,
        own.get("service.url"),
        tags.stream().map(templates::fill).toList(),
        filledMeta,
        provider,
        origin,
        role,
        checks.stream().map(check -> check.filled(templates::fill)).toList(),
        null);
  }

  /** The same for an agent by its id in the job; null for the job. */
  public ServiceDefinition ofAgent(String agent) {
    return new ServiceDefinition(
        name, agent, address, port, url, tags, meta, provider, origin, role, checks, problem);
  }

  /** The same with a problem: no check runs, as its address is unknown. */
  public ServiceDefinition troubled(String why) {
    return new ServiceDefinition(
        name, agentId, address, port, url, tags, meta, provider, origin, role, List.of(), why);
  }
}
