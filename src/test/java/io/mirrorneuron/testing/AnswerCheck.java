package io.mirrorneuron.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;

/** Holds an answer against what the contract says of it: status, headers, media type, content. */
public final class AnswerCheck {
  private final PublishedContract contract;

  public AnswerCheck(PublishedContract contract) {
    this.contract = contract;
  }

  public void fits(Operation operation, HttpResponse<String> answer) {
    String status = String.valueOf(answer.statusCode());
    assertThat(contract.statuses(operation)).as(answer.body()).contains(status);
    JsonObject declared = contract.response(operation, status);
    for (var header : declared.getJsonObject("headers", new JsonObject())) {
      assertThat(answer.headers().firstValue(header.getKey())).as(header.getKey()).isPresent();
    }
    String type = answer.headers().firstValue("content-type").orElse("").split(";")[0];
    JsonObject content = declared.getJsonObject("content");
    boolean file = content.containsKey("*/*"); // of whatever type it is
    String declaredType = file ? "*/*" : type;
    assertThat(content.fieldNames()).as(answer.body()).contains(declaredType);
    Object value = !file && type.endsWith("json") ? Json.decodeValue(answer.body()) : answer.body();
    assertThat(contract.faults(content.getJsonObject(declaredType).getJsonObject("schema"), value))
        .as(answer.body())
        .isEmpty();
    if (type.equals("application/problem+json")) {
      assertThat(((JsonObject) value).getInteger("status")).isEqualTo(answer.statusCode());
    }
  }
}
