package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate that signs itself, made by the JDK's own tool.
 *
 * @param store a PKCS 12 file with it and its key
 */
public record TestCertificate(Path store) {
  public static final String PASSWORD = "changeit";

  /**
   * @param name of the host that it is for
   */
  public static TestCertificate of(String name, Path folder) {
    Path store = folder.resolve(name + ".p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    try {
      Process made =
          new ProcessBuilder(
                  keytool.toString(),
                  "-genkeypair",
                  "-alias",
                  "it",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  (name.matches("[0-9.]+") ? "SAN=ip:" : "SAN=dns:") + name,
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("keytool.log").toFile())
              .start();
      if (made.waitFor() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("keytool.log")));
      }
      return new TestCertificate(store);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Of a server that shows it. */
  public SSLContext context() {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Itself, which is its own authority, as a PEM file. */
  public Path pem() {
    return pem("CERTIFICATE", keys -> keys.getCertificate("it").getEncoded());
  }

  /** Its private key as a PEM file. */
  public Path keyPem() {
    return pem("PRIVATE KEY", keys -> keys.getKey("it", PASSWORD.toCharArray()).getEncoded());
  }

  @FunctionalInterface
  private interface Part {
    byte[] of(KeyStore keys) throws GeneralSecurityException;
  }

  private Path pem(String kind, Part part) {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      String bytes = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(part.of(keys));
      return Files.writeString(
          store.resolveSibling(kind.replace(' ', '-') + ".pem"),
          "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(kind, bytes, kind));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
