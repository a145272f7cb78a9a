using System.Net;
using System.Text.Json.Nodes;
using BillingCopilot.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

[TakesLong]
public sealed class ClockTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("sandbox-").FullName;

    [Theory]
    [InlineData("""{"advance":"3x"}""", "advance", "such as 3d")]
    [InlineData("""{"advance":3}""", "advance", "such as 3d")]
    [InlineData("""{"advance":"-3d"}""", "advance", "such as 3d")]
    [InlineData("""{"advance":"900w"}""", "advance", "smaller steps")]
    [InlineData("""{"now":"tomorrow"}""", "now", "ISO 8601")]
    [InlineData("""{"freeze":"yes"}""", "freeze", "true or false")]
    [InlineData("""{"forward":"3d"}""", "forward", "advance")]
    public async Task Clock_BadInput_NamesFieldAndRemedyAndMovesNothing(string body, string field, string remedy)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var before = (await sandbox.ControlAsync("clock")).ToJsonString();

        using var response = await sandbox.Http.PostAsync("_sandbox/clock", new StringContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        ((string)error["param"]!).ShouldBe(field);
        ((string)error["message"]!).ShouldContain(remedy);
        (await sandbox.ControlAsync("clock")).ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task LongAdvance_WhileItRuns_ShowsHowFarItCame()
    {
        await using var sandbox = await SandboxFixture.OfWorldAsync(1);

        var advancing = sandbox.ControlAsync("clock", new { advance = "365d" });
        var seen = new List<long>();
        while (!advancing.IsCompleted)
        {
            if ((await sandbox.ControlAsync("clock"))["advancing"] is { } progress)
            {
                seen.Add((long)progress["steps"]!);
            }
        }

        var steps = (long)(await advancing)["passed"]!["steps"]!;
        seen.ShouldNotBeEmpty();
        seen.ShouldBeInOrder();
        seen[^1].ShouldBeLessThanOrEqualTo(steps);
        steps.ShouldBeGreaterThan(2_000);
        (await sandbox.ControlAsync("clock"))["advancing"].ShouldBeNull();
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.93)]
    public async Task Killed_InTheMiddleOfAnAdvance_GoesOnToTheSameBytes(double share)
    {
        string events;
        long until;
        await using (var whole = await SandboxFixture.OfWorldAsync(2, Path.Combine(_data, "whole")))
        {
            until = (long)(await whole.ControlAsync("clock", new { advance = "20d" }))["now"]!;
            events = Text(await whole.AllAsync("v1/events"));
        }

        // What a kill leaves: some of the journal's lines, the last one torn.
        var lines = await File.ReadAllLinesAsync(Path.Combine(_data, "whole", "journal.jsonl"));
        var kept = (int)(lines.Length * share);
        Directory.CreateDirectory(Path.Combine(_data, "cut"));
        await File.WriteAllTextAsync(Path.Combine(_data, "cut", "journal.jsonl"), string.Join('\n', lines.Take(kept)) + '\n' + lines[kept][..(lines[kept].Length / 2)]);
        await using var cut = await SandboxFixture.OfWorldAsync(2, Path.Combine(_data, "cut"));

        await cut.UntilAsync(DateTimeOffset.FromUnixTimeSeconds(until).UtcDateTime);

        Text(await cut.AllAsync("v1/events")).ShouldBe(events);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static string Text(List<JsonObject> objects) => string.Join('\n', objects.Select(o => o.ToJsonString()));
}
