import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Between clients and a server; cuts each connection behind a random number of bytes, as often as it was told to. */
final class Cutter implements AutoCloseable {
  private final Random chance = new Random(18);
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final AtomicInteger left = new AtomicInteger();
  private final int port;
  private final int most;

  /** Cuts behind {@code most} bytes at latest. */
  Cutter(int port, int cuts, int most) throws IOException {
    this.port = port;
    this.most = most;
    left.set(cuts);
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  int left() {
    return left.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client; Socket server = new Socket("127.0.0.1", port)) {
      start(() -> copy(client, server, Integer.MAX_VALUE));
      int budget;
      synchronized (chance) {
        budget = left.get() > 0 ? 1 + chance.nextInt(most) : Integer.MAX_VALUE;
      }
      if (copy(server, client, budget)) {
        left.decrementAndGet();
      }
    } catch (IOException gone) {
      // the next one, then
    }
  }

  /** Whether the budget was spent. */
  private static boolean copy(Socket from, Socket to, int budget) {
    byte[] bytes = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int rest = budget; rest > 0; ) {
        int count = in.read(bytes, 0, Math.min(bytes.length, rest));
        if (count < 0) {
          to.shutdownOutput();
          return false;
        }
        out.write(bytes, 0, count);
        rest -= count;
      }
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }
}
