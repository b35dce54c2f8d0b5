package io.mirrorneuron.golden;

import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which operations of the contract have answered so far, and how. */
final class Coverage {
  private final PublishedContract contract = PublishedContract.read();
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> statuses = new TreeMap<>();
  private final Map<String, Set<String>> types = new TreeMap<>();

  Coverage() {
    contract.operations().forEach(operation -> operations.put(operation.id(), operation));
  }

  PublishedContract contract() {
    return contract;
  }

  /** The ids of all operations. */
  Set<String> operations() {
    return operations.keySet();
  }

  Operation operation(String id) {
    Operation operation = operations.get(id);
    if (operation == null) {
      throw new AssertionError("the contract has no operation " + id);
    }
    return operation;
  }

  void add(Operation operation, HttpResponse<?> response) {
    add(operation, response.statusCode());
    if (response.statusCode() == operation.success()) {
      String type = response.headers().firstValue("content-type").orElse("").replaceAll(";.*", "");
      types.computeIfAbsent(operation.id(), none -> new TreeSet<>()).add(type);
    }
  }

  void add(Operation operation, int status) {
    statuses.computeIfAbsent(operation.id(), none -> new TreeSet<>()).add(status);
  }

  boolean has(String operation, int status) {
    return statuses.getOrDefault(operation, Set.of()).contains(status);
  }

  /** The media types that the operation declares and no answer had; a file has its own type. */
  Set<String> typesLeft(String id) {
    Operation operation = operation(id);
    if (operation.isSocket()) {
      return Set.of();
    }
    JsonObject declared = contract.response(operation, String.valueOf(operation.success()));
    Set<String> left = new TreeSet<>(declared.getJsonObject("content").fieldNames());
    left.removeAll(types.getOrDefault(id, Set.of()));
    left.remove("*/*");
    return left;
  }
}
