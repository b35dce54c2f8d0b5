package io.mirrorneuron.gateway;

import java.util.List;

/**
 * One way in which a request does not fit the contract.
 *
 * @param type a word such as {@code missing} or {@code int_parsing}
 * @param loc {@code query}, {@code path}, {@code header} or {@code body}, then names and indexes
 * @param input the value that was sent, or null
 */
record Fault(String type, List<Object> loc, String msg, Object input) {

  String sentence() {
    StringBuilder where = new StringBuilder();
    loc.forEach(step -> where.append(where.isEmpty() ? "" : ".").append(step));
    return where + ": " + msg;
  }
}
