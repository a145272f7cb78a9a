using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Audit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Model, copilot and asker, each over HTTP: a sentence is read while the model still writes.</summary>
public sealed class StreamingFlow
{
    [Fact]
    public async Task FirstSentence_IsRead_WhileTheModelStillWrites_AndTheAuditKeepsTheWhole()
    {
        await using var model = await SlowModelServer.StartAsync("I looked this ", "up in our policy.\n", "There is a section ", "on refunds in it.\n", "That is all.");
        await using var copilot = await Copilot.StartAsync(s => (s.Model.Provider, s.Model.Name, s.Model.Endpoint, s.Model.ApiKey) = (ModelFactory.OpenAI, "m", model.Endpoint, "key-for-" + "tests-only"));
        using var sam = copilot.As("sam");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = JsonContent.Create(new { text = "@support What does the policy say about refunds?" }) };
        using var answer = await sam.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var events = new List<(string Name, JsonObject Data)>();
        while (await NextAsync(lines) is { } e)
        {
            events.Add(e);
            if (e.Name == "sentence" && !model.IsDone)
            {
                // The model waits for this: held back until the whole was there, nothing would ever come.
                model.GoOn();
            }
        }

        events.Select(e => e.Name).ShouldBe(["routed", "tool_started", "tool_finished", "sentence", "sentence", "sentence", "answer"]);
        var text = (string)events[^1].Data["text"]!;
        text.ShouldBe("I looked this up in our policy.\nThere is a section on refunds in it.\nThat is all.");
        string.Concat(events.Where(e => e.Name == "sentence").Select(e => (string?)e.Data["text"])).ShouldBe(text);
        await AuditHasTheWholeAsync(copilot, text);
    }

    [Fact]
    public async Task LineBreaksAfterASentence_TheRestIsReadFromThere_EachSentenceOnce()
    {
        await using var model = await SlowModelServer.StartAsync("I looked this ", "up in our policy.\n", "There is a section ", "on refunds in it.\n", "It is short.\n", "That is all.");
        await using var copilot = await Copilot.StartAsync(s => (s.Model.Provider, s.Model.Name, s.Model.Endpoint, s.Model.ApiKey) = (ModelFactory.OpenAI, "m", model.Endpoint, "key-for-" + "tests-only"));
        using var sam = copilot.As("sam");
        var (read, last) = ("", "");
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = JsonContent.Create(new { text = "@support What does the policy say about refunds?" }) })
        using (var answer = await sam.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await foreach (var e in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
            {
                if (e.EventType == "sentence")
                {
                    (read, last) = (TextOf(e), e.EventId!);
                    break;
                }
            }
        }

        read.ShouldBe("I looked this up in our policy.\n");
        using var rest = new HttpRequestMessage(HttpMethod.Get, "/api/chat");
        rest.Headers.Add("Last-Event-ID", last);
        using var resumed = await sam.SendAsync(rest, HttpCompletionOption.ResponseHeadersRead);
        var names = new List<string>();
        var whole = "";
        await foreach (var e in SseParser.Create(await resumed.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            names.Add(e.EventType);
            read += e.EventType == "sentence" ? TextOf(e) : "";
            whole = e.EventType == "answer" ? TextOf(e) : whole;

            // What was given out before it was asked for again is there while the model still writes.
            model.GoOn();
        }

        names.ShouldBe(["sentence", "sentence", "sentence", "answer"]);
        whole.ShouldBe("I looked this up in our policy.\nThere is a section on refunds in it.\nIt is short.\nThat is all.");
        read.ShouldBe(whole);
    }

    private static string TextOf(SseItem<string> e) => (string)JsonNode.Parse(e.Data)!["text"]!;

    /// <summary>What an export gives: the words of the call, with the prompt's text where its version and hash stand.</summary>
    private static async Task AuditHasTheWholeAsync(Copilot copilot, string text)
    {
        var services = copilot.Stage.Host.Services;
        var tenant = copilot.Stage.Host.Tenants.Default.Context;
        var entries = await services.GetRequiredService<AuditLog>().ReadAsync(tenant, 0, 1000, CancellationToken.None);
        var call = JsonNode.Parse(entries.Last(e => e.Kind == "model.called").Details)!;
        var words = JsonNode.Parse((await services.GetRequiredService<AuditContents>().ReadAsync(tenant, (string)call["content"]!, CancellationToken.None))!)!;
        ((string?)words["answer"]![0]!["text"]).ShouldBe(text);
        words["prompt"]!.AsArray().Select(m => (string?)m!["role"]).ShouldBe(["system", "user", "assistant", "tool"]);
        ((string?)words["prompt"]![1]!["text"]).ShouldBe("@support What does the policy say about refunds?");

        var prompt = services.GetRequiredService<BillingCopilot.Agents.Prompts.PromptRegistry>().All.Single(p => p.Hash == (string?)call["prompt_hash"]);
        var subject = $"{prompt.Label}@{prompt.Hash}";
        var system = (string)words["prompt"]![0]!["text"]!;
        system.ShouldContain($"[prompt {subject}]");
        var recorded = JsonNode.Parse(entries.Single(e => e.Kind == PromptTexts.Kind && e.Subject == subject).Details)!;
        ((string?)recorded["text"]).ShouldBe(prompt.Body);
    }

    private static async Task<(string Name, JsonObject Data)?> NextAsync(StreamReader lines)
    {
        var (name, data) = ("", new JsonObject());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return (name, data);
            }

            name = line.StartsWith("event: ", StringComparison.Ordinal) ? line["event: ".Length..] : name;
            data = line.StartsWith("data: ", StringComparison.Ordinal) ? JsonNode.Parse(line["data: ".Length..])!.AsObject() : data;
        }

        return null;
    }
}
