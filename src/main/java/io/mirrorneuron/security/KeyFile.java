package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm.Family;
import io.mirrorneuron.security.KeySet.NamedKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of {@code auth.jwt.key_file}, or everything that is wrong with it. */
final class KeyFile {
  private static final String SETTING = "auth.jwt.key_file ";
  private static final int MAX_BYTES = 1 << 20;
  private static final String BASE64 = "base64:";
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private final Path file;
  private final Set<JwtAlgorithm> algorithms;
  private final boolean secret;
  private final List<NamedKey> keys = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  private KeyFile(JwtSettings settings) {
    this.file = settings.keyFile();
    this.algorithms = EnumSet.copyOf(settings.algorithms());
    this.secret = algorithms.stream().anyMatch(one -> one.family() == Family.SECRET);
  }

  /** Reads the file, which may be large or no file at all. */
  static KeyFile read(JwtSettings settings) {
    KeyFile read = new KeyFile(settings);
    try {
      if (!Files.isRegularFile(read.file)) {
        read.fault("is no file");
      } else if (Files.size(read.file) > MAX_BYTES) {
        read.fault("is larger than a key can be");
      } else {
        read.take(Files.readAllBytes(read.file));
      }
    } catch (IOException e) {
      read.fault("cannot be read");
    }
    return read;
  }

  List<NamedKey> keys() {
    return keys;
  }

  /** One sentence each. */
  List<String> faults() {
    return faults;
  }

  private void fault(String why) {
    faults.add(SETTING + file + " " + why);
  }

  private void take(byte[] bytes) throws IOException {
    if (secret) {
      mustBeKept();
    }
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (text.startsWith("-----BEGIN ")) {
      pem(text);
    } else if (text.startsWith("{")) {
      document(text);
    } else if (secret) {
      secret(bytes, text);
    } else {
      fault("holds neither a public key (PEM) nor a JWKS document");
    }
    if (faults.isEmpty()) {
      mustServeEachAlgorithm();
    }
  }

  /** Whoever can read the secret can make tokens, and so can whoever can replace it. */
  private void mustBeKept() throws IOException {
    try {
      Set<PosixFilePermission> open =
          EnumSet.of(
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_WRITE,
              PosixFilePermission.GROUP_WRITE);
      open.retainAll(Files.getPosixFilePermissions(file));
      if (!open.isEmpty()) {
        fault("is a secret that others may read or write: chmod 600 it");
      }
    } catch (UnsupportedOperationException e) {
      // a file system without such permissions
    }
  }

  private void secret(byte[] bytes, String text) {
    byte[] value = withoutNewline(bytes);
    if (text.startsWith(BASE64)) {
      try {
        value = Base64.getDecoder().decode(text.substring(BASE64.length()).strip());
      } catch (IllegalArgumentException e) {
        fault("is not base64 after " + BASE64);
        return;
      }
    }
    add(new KeyMaterial.Shared(value));
  }

  private static byte[] withoutNewline(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
      end--;
    }
    return java.util.Arrays.copyOf(bytes, end);
  }

  private void pem(String text) {
    Matcher block = PEM.matcher(text);
    if (!block.find()) {
      fault("is PEM that ends early");
      return;
    }
    String kind = block.group(1);
    String body = block.group(2);
    if (kind.endsWith("PRIVATE KEY")) {
      fault(
          "holds a private key, which only the issuer should have: put its public part there"
              + " (openssl pkey -pubout)");
    } else if (secret) {
      fault("holds what is public, and HS algorithms need a secret: use RS, PS or ES");
    } else if (kind.equals("CERTIFICATE")) {
      fault("holds a certificate: put its public key there (openssl x509 -noout -pubkey)");
    } else if (!kind.equals("PUBLIC KEY")) {
      fault("holds a " + kind + " and must hold a PUBLIC KEY (openssl rsa -RSAPublicKey_in)");
    } else if (block.find()) {
      fault("holds several keys: use a JWKS document, which names them");
    } else {
      publicKey(body);
    }
  }

  private void publicKey(String base64) {
    for (String type : List.of("RSA", "EC")) {
      try {
        byte[] der = Base64.getMimeDecoder().decode(base64);
        add(
            new KeyMaterial.Public(
                KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der))));
        return;
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        // perhaps the other type
      }
    }
    fault("holds a key that is neither RSA nor on a curve of ES256, ES384 or ES512");
  }

  private void add(KeyMaterial material) {
    for (JwtAlgorithm algorithm : algorithms) {
      String why = material.unfitFor(algorithm);
      if (why == null) {
        keys.add(new NamedKey(null, algorithm, material));
      } else {
        fault("holds no key for " + algorithm + " of auth.jwt.algorithms: " + why);
      }
    }
  }

  private void document(String text) {
    try {
      KeyDocument document = KeyDocument.read(text, algorithms, KeyDocument.Origin.FILE);
      document.unusable().forEach(why -> fault("has a fault: " + why));
      keys.addAll(document.keys());
    } catch (IllegalArgumentException e) {
      fault(e.getMessage());
    }
  }

  private void mustServeEachAlgorithm() {
    for (JwtAlgorithm algorithm : algorithms) {
      if (keys.stream().noneMatch(key -> key.algorithm() == algorithm)) {
        fault(
            "holds no key for "
                + algorithm
                + " of auth.jwt.algorithms: add one or leave the algorithm out");
      }
    }
  }
}
