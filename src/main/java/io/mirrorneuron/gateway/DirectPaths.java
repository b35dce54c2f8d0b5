package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.contract.ApiOperation;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the operation of a path that is written plainly, by its segments and without the router,
 * which tries one route after the other. What is written otherwise (encoded, with dots or slashes
 * that mean nothing, with a slash at its end), what no operation has and what one with slashes in a
 * parameter may have is left to those who know of that; both ways find the same operation.
 */
final class DirectPaths {
  private static final String MARKS = "-._~:";

  /** Stands for operations of {@link SlashPaths}, which come before all others. */
  private static final Ending SLASHED = new Ending(-1, null, List.of(), null);

  /**
   * An operation whose path ends here.
   *
   * @param order the first counts where several fit
   * @param names of the parameters, by segment; null where it is a word
   */
  record Ending(
      int order, HttpMethod method, List<String> names, Handler<RoutingContext> handler) {}

  /** What may follow a segment. */
  private static final class Node {
    private final String word;
    private final List<Node> words = new ArrayList<>();
    private final List<Ending> endings = new ArrayList<>();
    private Node parameter;
    private boolean slashed;

    Node(String word) {
      this.word = word;
    }

    Node word(String segment) {
      for (Node known : words) {
        if (known.word.equals(segment)) {
          return known;
        }
      }
      words.add(new Node(segment));
      return words.getLast();
    }

    Node parameter() {
      parameter = parameter == null ? new Node(null) : parameter;
      return parameter;
    }
  }

  private final Node root = new Node("");

  /**
   * Must be called before the first request.
   *
   * @param order of its route
   */
  void add(ApiOperation operation, int order, Handler<RoutingContext> handler) {
    Node node = root;
    List<String> names = new ArrayList<>();
    for (String segment : operation.path().substring(1).split("/")) {
      String name = segment.startsWith("{") ? segment.substring(1, segment.length() - 1) : null;
      if (name != null && name.equals(operation.slashed())) {
        node.slashed = true;
        return;
      }
      names.add(name);
      node = name == null ? node.word(segment) : node.parameter();
    }
    node.endings.add(new Ending(order, operation.method(), names, handler));
    if (operation.method().equals(HttpMethod.GET)) {
      node.endings.add(new Ending(order, HttpMethod.HEAD, names, handler));
    }
  }

  /** Whether it was handled. */
  boolean handle(RoutingContext ctx) {
    String path = ctx.request().path();
    Ending found = find(ctx.request().method(), path);
    if (found == null) {
      return false;
    }
    int from = 1;
    for (String name : found.names) {
      int to = end(path, from);
      if (name != null) {
        ctx.pathParams().put(name, path.substring(from, to));
      }
      from = to + 1;
    }
    found.handler.handle(ctx);
    return true;
  }

  /** Null when others are to look for it. */
  Ending find(HttpMethod method, String path) {
    Ending found = isPlain(path) ? find(root, path, 0, method) : null;
    return found == SLASHED ? null : found;
  }

  /**
   * @param at index of the slash that follows; the length of the path behind its last segment
   */
  private static Ending find(Node node, String path, int at, HttpMethod method) {
    if (at == path.length()) {
      return ending(node, method);
    }
    if (node.slashed) {
      return SLASHED;
    }
    int from = at + 1;
    int to = end(path, from);
    Ending found = null;
    for (Node next : node.words) {
      if (next.word.length() == to - from && path.startsWith(next.word, from)) {
        found = find(next, path, to, method);
        break;
      }
    }
    return node.parameter == null ? found : first(found, find(node.parameter, path, to, method));
  }

  private static Ending ending(Node node, HttpMethod method) {
    for (Ending one : node.endings) {
      if (one.method.equals(method)) {
        return one;
      }
    }
    return null;
  }

  private static Ending first(Ending one, Ending other) {
    return one == null || other != null && other.order < one.order ? other : one;
  }

  private static int end(String path, int from) {
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.length() : slash;
  }

  /** Whether nothing of it has to be decoded or normalised. */
  static boolean isPlain(String path) {
    boolean begins = true; // a segment
    for (int i = 0; path != null && i < path.length(); i++) {
      char c = path.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
      if (!letter && (c == '/' ? begins && i > 0 : begins && c == '.' || MARKS.indexOf(c) < 0)) {
        return false;
      }
      begins = c == '/';
    }
    return path != null && !begins && path.charAt(0) == '/';
  }
}
