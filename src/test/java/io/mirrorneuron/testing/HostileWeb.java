package io.mirrorneuron.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The web as a browser sees it through this proxy: a hostile site, whose page is under {@code
 * /attack} of every host name, and behind all other paths the server under attack, whatever name it
 * is called by. So {@code http://evil.example/attack} is a page of another site, and {@code
 * http://rebind.evil.example:<port>/attack} one whose name has since come to mean this machine.
 */
public final class HostileWeb implements AutoCloseable {
  private static final String PAGE = "/attack";
  private static final String DONE = "/attack-done";

  /**
   * What reached the server, and what it said.
   *
   * @param origin null when the browser sent none
   */
  public record Exchange(String method, String path, String host, String origin, int status) {
    public boolean isSafe() {
      return List.of("GET", "HEAD", "OPTIONS").contains(method);
    }
  }

  private final ServerSocket listener;
  private final int target;
  private final String page;
  private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * @param target the port of the server under attack
   * @param page the hostile page; asks for {@code /attack-done} in the end
   */
  public HostileWeb(int target, String page) throws IOException {
    this.target = target;
    this.page = page;
    this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Waits until the page has done all it can. */
  public List<Exchange> exchanges() throws Exception {
    done.get(120, TimeUnit.SECONDS);
    return List.copyOf(exchanges);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      Head head = Head.read(in);
      if (head.method().equals("CONNECT")) {
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        head = Head.read(in);
      }
      String path = head.path();
      if (path.equals(PAGE) || path.equals(DONE)) {
        answer(client.getOutputStream(), path.equals(PAGE) ? page : "done");
        if (path.equals(DONE)) {
          done.complete(null);
        }
      } else {
        forward(head, in, client.getOutputStream());
      }
    } catch (IOException | IllegalStateException gone) {
      // the browser has left
    }
  }

  private static void answer(OutputStream out, String html) throws IOException {
    byte[] body = html.getBytes(StandardCharsets.UTF_8);
    out.write(
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
                + body.length
                + "\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.write(body);
  }

  private void forward(Head head, InputStream in, OutputStream out) throws IOException {
    try (Socket server = new Socket("127.0.0.1", target)) {
      server.setSoTimeout(20_000);
      server.getOutputStream().write(head.forServer().getBytes(StandardCharsets.ISO_8859_1));
      server.getOutputStream().write(in.readNBytes(head.length()));
      InputStream answers = server.getInputStream();
      Head answer = Head.read(answers);
      exchanges.add(
          new Exchange(
              head.method(),
              head.path(),
              head.value("host"),
              head.value("origin"),
              answer.status()));
      out.write(answer.text().getBytes(StandardCharsets.ISO_8859_1));
      answers.transferTo(out);
    }
  }

  /** First line and headers. */
  private record Head(String text) {
    static Head read(InputStream in) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new IllegalStateException("cut off");
        }
        bytes.write(next);
      }
      return new Head(bytes.toString(StandardCharsets.ISO_8859_1));
    }

    String method() {
      return text.substring(0, text.indexOf(' '));
    }

    int status() {
      return Integer.parseInt(text.split(" ", 3)[1].strip());
    }

    String path() {
      String target = text.split(" ", 3)[1];
      return target.startsWith("http://")
          ? URI.create(target).getRawPath()
          : target.split("\\?")[0];
    }

    String value(String name) {
      return text.lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse(null);
    }

    int length() {
      String length = value("content-length");
      return length == null ? 0 : Integer.parseInt(length);
    }

    /** As if there were no proxy, and for one request only unless it becomes a socket. */
    String forServer() {
      String direct =
          text.replaceFirst("^(\\S+) http://[^/ ]+", "$1 ")
              .replaceFirst("(?im)^proxy-connection:.*\r\n", "");
      return value("upgrade") != null
          ? direct
          : direct
              .replaceFirst("(?im)^connection:.*\r\n", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
