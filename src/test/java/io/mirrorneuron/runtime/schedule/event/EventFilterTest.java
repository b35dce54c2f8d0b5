package io.mirrorneuron.runtime.schedule.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each form of a demand against values of each type, and against nothing. */
class EventFilterTest {
  private static final TriggerEvent EVENT =
      new TriggerEvent(
          "event_1",
          "order_paid",
          "shop",
          map(
              """
              {"amount":12,"ratio":2.0,"big":12345678901234567890,"paid":true,"note":null,
               "name":"north-7","customer":{"id":"c1","tags":["new","eu"],"a.b":{"c":"deep"}},
               "items":[{"sku":"x-1"},{"sku":"y-2"}]}"""),
          "2026-01-01T00:00:00.000Z");

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(String json) {
    return Json.MAPPER.convertValue(Json.parseObject(json, "it"), Map.class);
  }

  private static boolean matches(String demands) {
    return new EventFilter(Set.of("order_paid"), map(demands)).matches(EVENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'event_type':'order_paid','source':'shop'}",
        "{'source':['web','shop']}",
        "{'source':{'prefix':'sh'}}",
        "{'event_type':{'contains':'paid'}}",
        "{'amount':12}",
        "{'amount':'12'}",
        "{'amount':12.0}",
        "{'ratio':2}",
        "{'ratio':'2.0'}",
        "{'big':12345678901234567890}",
        "{'paid':true}",
        "{'paid':'true'}",
        "{'amount':[1,'12']}",
        "{'name':{'prefix':'north'}}",
        "{'name':{'contains':'h-'}}",
        "{'name':{'prefix':'n','contains':'7'}}",
        "{'amount':{'prefix':1}}",
        "{'customer.id':'c1'}",
        "{'customer.tags':{'contains':'eu'}}",
        "{'customer.tags.0':'new'}",
        "{'customer.a.b.c':'deep'}",
        "{'items.1.sku':'y-2'}",
        "{'name':[{'prefix':'south'},{'prefix':'north'}]}",
        "{'note':null,'nowhere':null,'nowhere.else':null}"
      })
  void holds(String demands) {
    assertThat(matches(demands.replace('\'', '"'))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'event_type':'order'}",
        "{'source':'Shop'}",
        "{'source':[]}",
        "{'amount':13}",
        "{'amount':'12.0'}",
        "{'big':12345678901234567891}",
        "{'paid':false}",
        "{'note':'null'}",
        "{'note':''}",
        "{'note':[null]}",
        "{'nowhere':''}",
        "{'nowhere':{'prefix':''}}",
        "{'nowhere':{'contains':''}}",
        "{'customer':'c1'}",
        "{'customer':{'contains':'c1'}}",
        "{'customer.tags':'new'}",
        "{'customer.tags.2':'new'}",
        "{'customer.tags.-1':'new'}",
        "{'customer.id.x':'c1'}",
        "{'customer.':'c1'}",
        "{'.customer.id':'c1'}",
        "{'name':{'suffix':'7'}}",
        "{'name':{}}",
        "{'name':{'prefix':'north','contains':'x'}}",
        "{'amount':12,'source':'web'}"
      })
  void doesNotHold(String demands) {
    assertThat(matches(demands.replace('\'', '"'))).isFalse();
  }

  @Test
  void isOfOneOfItsTypes() {
    assertThat(new EventFilter(Set.of("a", "order_paid"), Map.of()).matches(EVENT)).isTrue();
    assertThat(new EventFilter(Set.of("a"), Map.of()).matches(EVENT)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'a':1,'b':'x','c':[1,'y'],'d':null,'e':{'prefix':'p'},'f':[{'contains':'q'}]} |
          {'a':{'suffix':'x'}} | a must be a value, a list of values, {"prefix": text} or {"contains": text}
          {'a':{}}             | a must be a value, a list of values, {"prefix": text} or {"contains": text}
          {'a':{'prefix':[]}}  | a must be a value, a list of values, {"prefix": text} or {"contains": text}
          {'a.b':[{'c':1}]}    | a.b must be a value, a list of values, {"prefix": text} or {"contains": text}
          {'a':[]}             | a has a list without a value, which no event can satisfy
          {'a':[null]}         | a has a list without a value, which no event can satisfy
          {' ':1}              | "" is no path into an event
          """)
  void tellsWhatCannotBeMeant(String demands, String fault) {
    var faults = EventFilter.faults(map(demands.replace('\'', '"')));
    if (fault == null) {
      assertThat(faults).isEmpty();
    } else {
      assertThat(faults).containsExactly(fault);
    }
  }
}
