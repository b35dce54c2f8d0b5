package io.mirrorneuron.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where the embedded server listens. */
sealed interface RedisAddress {

  /** A socket file that only this user can open; faster than TCP. */
  record Unix(Path socket) implements RedisAddress {
    /** What fits into a socket address on every system, in bytes. */
    private static final int LONGEST_PATH = 103;

    static boolean fits(Path socket) {
      return socket.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH;
    }

    @Override
    public String uri(String password) {
      return "unix://" + socket.toUri().getRawPath() + "?password=" + password;
    }

    @Override
    public String configuration() {
      return "port 0\nunixsocket \"" + socket + "\"\nunixsocketperm 700\n";
    }

    @Override
    public SocketChannel connect() throws IOException {
      return RedisAddress.connected(
          StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(socket));
    }
  }

  /** A port of the loopback interface, or of another when the server is exposed there. */
  record Tcp(String host, int port) implements RedisAddress {
    private static final String LOOPBACK = "127.0.0.1";

    Tcp(int port) {
      this(LOOPBACK, port);
    }

    static Tcp anyFree() throws IOException {
      try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return new Tcp(probe.getLocalPort());
      }
    }

    @Override
    public String uri(String password) {
      String shown = host.contains(":") ? "[" + host + "]" : host;
      return "redis://:" + password + "@" + shown + ":" + port;
    }

    @Override
    public String configuration() {
      return "bind " + host + "\nport " + port + "\n";
    }

    @Override
    public SocketChannel connect() throws IOException {
      return RedisAddress.connected(StandardProtocolFamily.INET, new InetSocketAddress(host, port));
    }
  }

  /** The connection string for clients. */
  String uri(String password);

  /** The lines of the server's configuration that make it listen here. */
  String configuration();

  SocketChannel connect() throws IOException;

  private static SocketChannel connected(StandardProtocolFamily family, SocketAddress address)
      throws IOException {
    SocketChannel channel = SocketChannel.open(family);
    try {
      channel.connect(address);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
