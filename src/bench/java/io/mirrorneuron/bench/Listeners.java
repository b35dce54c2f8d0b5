package io.mirrorneuron.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many followers of streams of server-sent events, read by one thread that counts events and keeps
 * nothing, so that the clients take little of the cores that they share with the server.
 */
final class Listeners implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 30_000;

  /** One connection: how many blank lines have come, and the last byte of what was read. */
  private static final class Listener {
    long events;
    byte last;
  }

  private final Selector selector = Selector.open();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

  Listeners() throws IOException {}

  /** Opens one more stream and waits for its first event. */
  void open(int port, String path) throws IOException {
    Listener listener = new Listener();
    SocketChannel channel = request(port, path);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, listener);
    listeners.add(listener);
    await(listeners.size() - 1, 1);
  }

  /** Opens a stream that is never read. */
  void openDeaf(int port, String path) throws IOException {
    request(port, path);
  }

  private SocketChannel request(int port, String path) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channels.add(channel);
    String head =
        "GET " + path + " HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n";
    channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  int size() {
    return listeners.size();
  }

  /** Events that have come, the greeting of each stream included. */
  long events() {
    return listeners.stream().mapToLong(listener -> listener.events).sum();
  }

  /** Reads until so many events have come in all. */
  void await(long events) throws IOException {
    for (long seen = events(); seen < events; seen += read()) {}
  }

  private void await(int index, long events) throws IOException {
    while (listeners.get(index).events < events) {
      read();
    }
  }

  private long read() throws IOException {
    if (selector.select(PATIENCE_MILLIS) == 0) {
      throw new IOException("no event has come for %d ms".formatted(PATIENCE_MILLIS));
    }
    long events = 0;
    for (SelectionKey key : selector.selectedKeys()) {
      buffer.clear();
      if (((SocketChannel) key.channel()).read(buffer) < 0) {
        throw new IOException("the server ended a stream");
      }
      buffer.flip();
      events += count((Listener) key.attachment());
    }
    selector.selectedKeys().clear();
    return events;
  }

  private long count(Listener listener) {
    long before = listener.events;
    while (buffer.hasRemaining()) {
      byte next = buffer.get();
      if (next == '\n' && listener.last == '\n') {
        listener.events++;
      }
      listener.last = next;
    }
    return listener.events - before;
  }

  @Override
  public void close() throws IOException {
    selector.close();
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }
}
