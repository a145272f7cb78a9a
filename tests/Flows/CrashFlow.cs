using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class CrashFlow
{
    [Fact]
    public async Task Kill_BetweenTheStripeCallAndItsRecord_OneEffectAndTheProposalEndsExecuted()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-crash-").FullName;
        var (sandboxProcess, stripe) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0", "--data", Path.Combine(folder, "stripe"));
        await using var sandboxEnds = sandboxProcess;
        using var sandbox = new SandboxView(stripe.ToString());
        var truth = await sandbox.TruthAsync(CancellationToken.None);
        var rise = truth["invoice_increases"]!.AsArray().First(n => (string?)n!["status"] == "open")!;

        var (first, address) = await StartBotAsync(folder, stripe);
        JsonObject proposal;
        using (var sam = Person(address, "sam"))
        {
            var why = await sam.AskAsync($"Why did {rise["customer_name"]}'s last invoice go up?");
            var credit = await sam.AskAsync("Yes, credit the difference", (string?)why["conversation_id"]);
            proposal = credit["proposals"]!.AsArray().Single()!.AsObject();
        }

        // The effect happens at once, its answer only after a minute: the kill lands between the two.
        await sandbox.FaultAsync("POST /v1/credit_notes", "slow", 60_000, CancellationToken.None);
        using (var frank = Person(address, "frank"))
        {
            var approval = frank.DecideAsync(proposal);
            await UntilAsync(async () => (await sandbox.WritesAsync(CancellationToken.None)).Count == 1);
            await first.KillAsync();
            await Should.ThrowAsync<HttpRequestException>(approval);
        }

        await sandbox.ClearFaultsAsync(CancellationToken.None);
        var (second, again) = await StartBotAsync(folder, stripe);
        await using var secondEnds = second;
        using var late = Person(again, "frank");
        var status = "";
        await UntilAsync(async () => (status = (string?)JsonNode.Parse(await late.GetStringAsync($"/api/proposals/{proposal["id"]}"))!["status"]) is not ("approved" or "executing"));

        status.ShouldBe("executed");
        var effects = await sandbox.WritesAsync(CancellationToken.None);
        effects.Count.ShouldBe(1);
        ((string?)effects[0]["effect"]).ShouldBe("credit_note.created");
        await first.DisposeAsync();
    }

    private static Task<(CopilotProcess, Uri)> StartBotAsync(string folder, Uri stripe) => CopilotProcess.StartAsync(
        "Bot", folder, "--Urls", "http://127.0.0.1:0", "--Sandbox:Url", stripe.ToString(), "--Tasks:LeaseSeconds", "6", "--Tasks:PollSeconds", "1");

    private static HttpClient Person(Uri address, string person)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-" + person);
        return http;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
