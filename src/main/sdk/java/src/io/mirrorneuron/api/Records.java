package io.mirrorneuron.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * The records of a stream, each once, over as many connections as it takes, until the server says
 * that it is over. For one thread; close it when you leave before the end.
 *
 * @param <T> the records
 */
public final class Records<T> implements Iterator<T>, Iterable<T>, AutoCloseable {
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final Connection connection;
  private final String path;
  private final FollowOptions options;
  private final Function<String, T> reader;
  private final Patience patience;
  private String cursor;
  private InputStream body;
  private BufferedReader lines;
  private T next;
  private boolean ended;

  Records(Connection connection, String path, FollowOptions options, Function<String, T> reader) {
    this.connection = connection;
    this.path = path;
    this.options = options;
    this.reader = reader;
    this.patience = new Patience(connection.what(new Call("GET", path)), options.patience());
    this.cursor = options.after();
  }

  @Override
  public Iterator<T> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    while (next == null && !ended) {
      try {
        read();
      } catch (IOException | ProblemException cause) {
        leave();
        patience.lost(cause);
      }
    }
    return next != null;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the stream is over");
    }
    T record = next;
    next = null;
    return record;
  }

  @Override
  public void close() {
    ended = true;
    next = null;
    leave();
  }

  private void leave() {
    InputStream open = body;
    body = null;
    lines = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException gone) {
      // it was to be closed
    }
  }

  /** One event, from the connection that is open or a new one. */
  private void read() throws IOException {
    if (lines == null) {
      connect();
      if (ended) {
        return;
      }
    }
    String name = "message";
    String id = null;
    StringBuilder data = null;
    for (String line = lines.readLine(); ; line = lines.readLine()) {
      if (line == null) {
        throw new IOException("the stream ended early");
      }
      if (line.isEmpty()) {
        break;
      }
      int colon = line.indexOf(':');
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (colon < 0 ? line : line.substring(0, colon)) {
        case "event" -> name = value;
        case "id" -> id = value;
        case "data" -> data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
        default -> {} // a comment, or a field of the future
      }
    }
    if (data != null) {
      accept(name, id, data.toString());
    }
  }

  private void accept(String name, String id, String data) throws IOException {
    if (name.equals("end")) {
      ended = true;
      leave();
      return;
    }
    if (name.equals("error")) {
      throw new IOException("the server could not read the stream: " + data);
    }
    next = reader.apply(data);
    cursor = id == null ? cursor : id;
    patience.gotOn();
  }

  private void connect() throws IOException {
    Call call = new Call("GET", path);
    call.timeout(options.silence()); // of its beginning
    call.header("Accept", "text/event-stream");
    call.header("Last-Event-ID", cursor);
    HttpResponse<InputStream> response = connection.send(call, options.silence());
    if (response.statusCode() == 204) { // nothing follows what is known
      response.body().close();
      ended = true;
      return;
    }
    if (response.statusCode() != 200) {
      throw connection.problem(response);
    }
    body = response.body();
    if (!Connection.type(response).startsWith("text/event-stream")) {
      throw new IOException("no stream comes, but " + Connection.type(response));
    }
    patience.connected();
    lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    lines.mark(1);
    if (lines.read() != BYTE_ORDER_MARK) {
      lines.reset();
    }
  }
}
