package io.mirrorneuron.blueprint;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/**
 * A connection whose answers are as long as {@link RemoteBounds} allow, counted unpacked. Packs are
 * long; all other answers are read into memory.
 */
final class BoundedGitHttp extends JDKHttpConnection {
  private static final String ENCODING = "Content-Encoding";
  private static final String REFS = "command=ls-refs";

  /** How many bytes of a request tell what it asks for, packed or not. */
  private static final int TELLING = 1024;

  private final ByteArrayOutputStream asked = new ByteArrayOutputStream();
  private InputStream answer;

  private BoundedGitHttp(URL url) throws IOException {
    super(url);
  }

  private BoundedGitHttp(URL url, Proxy proxy) throws IOException {
    super(url, proxy);
  }

  /** Lets a transport over HTTP connect in this way. */
  static void bound(Transport transport) {
    if (transport instanceof TransportHttp http) {
      http.setHttpConnectionFactory(
          new HttpConnectionFactory() {
            @Override
            public HttpConnection create(URL url) throws IOException {
              return new BoundedGitHttp(url);
            }

            @Override
            public HttpConnection create(URL url, Proxy proxy) throws IOException {
              return new BoundedGitHttp(url, proxy);
            }
          });
    }
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        asked.write(bytes, offset, Math.min(length, TELLING - Math.min(TELLING, asked.size())));
        out.write(bytes, offset, length);
      }
    };
  }

  @Override
  public InputStream getInputStream() throws IOException {
    if (answer == null) {
      InputStream raw = super.getInputStream();
      boolean packed = "gzip".equalsIgnoreCase(super.getHeaderField(ENCODING));
      answer =
          isPack()
              ? RemoteBounds.limited(unpacked(raw, packed), RemoteBounds.MOST_PACK, "the pack")
              : RemoteBounds.limited(
                  unpacked(raw, packed), RemoteBounds.MOST_REFS, "the list of refs");
    }
    return answer;
  }

  private static InputStream unpacked(InputStream raw, boolean packed) throws IOException {
    return packed ? new GZIPInputStream(raw) : raw;
  }

  private boolean isPack() {
    String path = getURL().getPath();
    return path.endsWith(".pack") || path.endsWith("/git-upload-pack") && !asksForRefs();
  }

  /** Requests of more than a few words are sent packed. */
  private boolean asksForRefs() {
    byte[] begin = new byte[4 + REFS.length()];
    try (InputStream words =
        unpacked(
            new ByteArrayInputStream(asked.toByteArray()),
            asked.size() > 1 && asked.toByteArray()[0] == 0x1F)) {
      int read = words.readNBytes(begin, 0, begin.length);
      return new String(begin, 0, read, StandardCharsets.ISO_8859_1).contains(REFS);
    } catch (IOException e) {
      return false;
    }
  }

  /** The answer is unpacked here. */
  @Override
  public String getHeaderField(String name) {
    return ENCODING.equalsIgnoreCase(name) ? null : super.getHeaderField(name);
  }
}
