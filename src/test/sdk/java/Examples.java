import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.api.Connection;
import io.mirrorneuron.api.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every example of the contract, sent by its generated method; every answer becomes records and comes out of them whole.
 * EXAMPLES is the file of an ExampleServer, which tells the calls one by one.
 */
final class Examples {
  private static final String OPERATIONS = "io.mirrorneuron.api.operations.";

  private final ObjectMapper json = new JsonMapper();
  private final Path folder = Files.createTempDirectory("examples");
  private final Set<String> sent = new TreeSet<>();
  private final List<String> wrong = new ArrayList<>();
  private int variants;
  private Recorder recorder;
  private Connection connection;

  public static void main(String[] arguments) throws Exception {
    new Examples().everyExampleIsSentAndEveryAnswerParsed();
  }

  Examples() throws IOException {}

  private void everyExampleIsSentAndEveryAnswerParsed() throws Exception {
    JsonNode places = json.readTree(Path.of(System.getenv("EXAMPLES")).toFile());
    recorder = new Recorder(URI.create(places.get("url").asText()));
    connection = new Connection(recorder.url() + "/api/v1", places.get("token").asText());
    String calls = places.get("calls").asText();
    for (JsonNode row : tell(calls)) {
      JsonNode call = tell(calls + "/" + row.get("index"));
      try {
        check(call, answer(call));
      } catch (Exception | AssertionError failure) {
        recorder.answerInstead(null);
        wrong.add(call.get("operation").asText() + " " + call.get("name").asText() + ": " + failure + (failure.getCause() == null ? "" : ", " + failure.getCause()));
      }
      sent.add(call.get("operation").asText());
    }
    recorder.close();
    Checks.check(wrong.isEmpty(), String.join("\n", wrong));
    Checks.check(sent.size() > 100, "operations: " + sent.size());
    System.out.println("java: examples of " + sent.size() + " operations are well, and " + variants + " variants of their answers");
  }

  private JsonNode tell(String address) throws IOException {
    try (InputStream told = URI.create(address).toURL().openStream()) {
      return json.readTree(told);
    }
  }

  /** What the method answers, or the problem that it throws. */
  private Object answer(JsonNode call) throws Exception {
    Object answer = invoke(call);
    if (answer instanceof Record) {
      byte[] body = recorder.body();
      for (JsonNode variant : Variants.of(json.readTree(body))) {
        recorder.answerInstead(json.writeValueAsBytes(variant));
        Object parsed = invoke(call);
        if (variant.has(Variants.ADDED)) {
          Checks.check(json.valueToTree(parsed).has(Variants.ADDED), "an unknown member is kept");
        }
        variants++;
      }
      recorder.answerInstead(null);
    }
    return answer;
  }

  private Object invoke(JsonNode call) throws Exception {
    Class<?> api = Class.forName(OPERATIONS + capital(call.get("tag").asText()) + "Api");
    String operation = call.get("operation").asText();
    Method method = Arrays.stream(api.getMethods()).filter(m -> m.getName().equals(operation)).max(Comparator.comparing(Method::getParameterCount)).orElseThrow();
    try {
      return method.invoke(api.getConstructor(Connection.class).newInstance(connection), arguments(call, method));
    } catch (InvocationTargetException failure) {
      if (failure.getCause() instanceof ProblemException problem) {
        return problem;
      }
      throw (Exception) failure.getCause();
    }
  }

  private Object[] arguments(JsonNode call, Method method) throws Exception {
    List<Object> values = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      values.add(parameter.getType().getSimpleName().endsWith("Options") ? options(call, parameter.getType()) : argument(call, parameter.getName(), parameter));
    }
    return values.toArray();
  }

  /** What may be said beside the arguments: each method that takes one says one. */
  private Object options(JsonNode call, Class<?> type) throws Exception {
    Object options = type.getConstructor().newInstance();
    for (Method method : type.getDeclaredMethods()) {
      Object value = method.getParameterCount() == 1 ? argument(call, method.getName(), method.getParameters()[0]) : null;
      if (value != null) {
        options = method.invoke(options, value);
      }
    }
    return options;
  }

  private Object argument(JsonNode call, String name, Parameter parameter) throws IOException {
    JsonNode value = parameter(call, name);
    if (parameter.getType() == Path.class) {
      return Files.write(folder.resolve("file.zip"), call.get("file").binaryValue());
    } else if (value != null) {
      return json.convertValue(value, parameter.getType());
    } else if (isBody(parameter) && call.hasNonNull("body")) {
      return json.convertValue(call.get("body"), json.constructType(parameter.getParameterizedType()));
    }
    return null;
  }

  private static boolean isBody(Parameter parameter) {
    return !Set.of(String.class, Long.class, Double.class, Boolean.class).contains(parameter.getType());
  }

  private static JsonNode parameter(JsonNode call, String name) {
    for (JsonNode place : call.get("parameters")) {
      for (Map.Entry<String, JsonNode> parameter : place.properties()) {
        if (plain(parameter.getKey()).equals(plain(name))) {
          return parameter.getValue();
        }
      }
    }
    return null;
  }

  private void check(JsonNode call, Object answer) throws IOException {
    Checks.equal(recorder.status(), call.get("status").asInt());
    if (answer instanceof ProblemException problem) {
      Checks.equal(problem.status(), recorder.status());
    } else if (answer instanceof InputStream file) {
      try (file) {
        Checks.check(Arrays.equals(file.readAllBytes(), recorder.body()), "the file is whole");
      }
    } else {
      Checks.equal(compact(json.valueToTree(answer)), compact(json.readTree(recorder.body())));
    }
  }

  /** Without what is null, and with one way to write numbers: that is all that records change. */
  private static JsonNode compact(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator(); members.hasNext(); ) {
        Map.Entry<String, JsonNode> member = members.next();
        member.setValue(compact(member.getValue()));
        if (member.getValue().isNull()) {
          members.remove();
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, compact(array.get(i)));
      }
    } else if (node.isNumber()) {
      return DecimalNode.valueOf(node.decimalValue().stripTrailingZeros());
    }
    return node;
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  private static String capital(String tag) {
    StringBuilder name = new StringBuilder();
    for (String part : tag.split("[^A-Za-z0-9]")) {
      name.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    }
    return name.toString();
  }
}
