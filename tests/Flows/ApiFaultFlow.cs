using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class ApiFaultFlow
{
    [Fact]
    public async Task WrongCalls_AreAllAnsweredWithCodeMessageAndRemedy()
    {
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");
        const string decision = "/api/proposals/prop_x/decision";

        await Refused(sam, "POST", "/api/chat", "{\"text\": ", 400, "invalid_request");
        await Refused(sam, "POST", "/api/chat", "[1]", 400, "invalid_request");
        await Refused(sam, "POST", "/api/chat", "null", 400, "invalid_request");
        await Refused(sam, "POST", "/api/chat", "{\"text\": 5}", 400, "invalid_request");
        await Refused(sam, "POST", "/api/chat", "{}", 400, "invalid_request");
        await Refused(sam, "POST", "/api/chat", "text=hello", 415, "invalid_request", "application/x-www-form-urlencoded");
        await Refused(sam, "POST", "/api/chat", "{\"text\": \"hello\", \"conversation\": \"conv_x\"}", 404, "unknown_conversation");
        await Refused(sam, "POST", decision, "oops", 400, "invalid_request");
        await Refused(sam, "POST", decision, "{\"decision\": \"maybe\", \"hash\": \"x\"}", 400, "invalid_decision");
        await Refused(sam, "POST", decision, "{\"decision\": \"approve\"}", 400, "missing_hash");
        await Refused(sam, "POST", decision, "{\"decision\": \"approve\", \"hash\": \"x\"}", 404, "not_found");
        await Refused(sam, "GET", "/api/proposals/prop_x", null, 404, "unknown_proposal");
        await Refused(sam, "GET", "/api/proposals?status=9", null, 400, "invalid_status");
        await Refused(sam, "GET", "/api/proposals?limit=0", null, 400, "invalid_limit");
        await Refused(sam, "GET", "/api/proposals?limit=many", null, 400, "invalid_limit");
        await Refused(sam, "GET", "/api/tickets?limit=201", null, 400, "invalid_limit");
        await Refused(sam, "GET", "/api/tickets?skip=1", null, 400, "invalid_skip");
        await Refused(sam, "GET", "/api/tickets?queue=billing&skip=-1", null, 400, "invalid_skip");
        await Refused(sam, "GET", "/api/tickets?queue=none", null, 404, "unknown_queue");
        await Refused(sam, "GET", "/api/tickets?queue=security", null, 403, "not_allowed");
        await Refused(sam, "GET", "/api/nothing", null, 404, "unknown_path");
        await Refused(sam, "DELETE", "/api/proposals", null, 405, "wrong_method");
        using var nobody = copilot.As(null);
        await Refused(nobody, "POST", "/api/chat", "{\"text\": ", 401, "not_signed_in");
        await Refused(nobody, "GET", "/api/tickets?queue=billing", null, 401, "not_signed_in");
    }

    private static async Task Refused(HttpClient http, string method, string path, string? body, int status, string code, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe((HttpStatusCode)status, text);
        var error = JsonNode.Parse(text)!["error"]!;
        ((string?)error["code"]).ShouldBe(code, text);
        ((string?)error["message"]).ShouldNotBeNullOrEmpty();
        ((string?)error["remedy"]).ShouldNotBeNullOrEmpty();
        text.ShouldNotContain("System.");
    }
}
