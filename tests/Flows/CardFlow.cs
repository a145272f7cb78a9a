using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>A proposal's card for a chat, and its buttons: who presses is who is signed in, whatever the card says.</summary>
public sealed class CardFlow
{
    [Theory]
    [InlineData("teams")]
    [InlineData("slack")]
    public async Task Press_CountsForWhoPressedAndOnce(string channel)
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var sam = copilot.As("sam");
        using var frank = copilot.As("frank");
        using var fiona = copilot.As("fiona");
        var card = JsonNode.Parse(await sam.GetStringAsync($"/api/proposals/{proposal["id"]}/card?channel={channel}"))!.AsObject();
        var (approve, reject) = channel == "teams"
            ? ((string)card["actions"]![0]!["data"]!["button"]!, (string)card["actions"]![1]!["card"]!["actions"]![0]!["data"]!["button"]!)
            : ((string)card["blocks"]!.AsArray().Last()!["elements"]![0]!["value"]!, (string)card["blocks"]!.AsArray().Last()!["elements"]![1]!["value"]!);

        // Support saw the card first and asked for it: neither makes the button theirs.
        await ShouldBeAsync(await Press(sam, approve), HttpStatusCode.Forbidden, "not_allowed");
        await ShouldBeAsync(await Press(frank, approve[..^4] + "AAAA"), HttpStatusCode.BadRequest, "unknown_button");
        await ShouldBeAsync(await Press(frank, (string)proposal["id"]!), HttpStatusCode.BadRequest, "unknown_button");
        await ShouldBeAsync(await Press(frank, reject), HttpStatusCode.BadRequest, "missing_reason");
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Press(i % 2 == 0 ? frank : fiona, approve)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).Count(e => (string?)e["effect"] == "credit_note.created").ShouldBe(1);
        await ShouldBeAsync(await Press(frank, reject, "Too late."), HttpStatusCode.Conflict, "already_decided");
        var after = await frank.GetStringAsync($"/api/proposals/{proposal["id"]}/card?channel={channel}");
        after.ShouldContain("Executed");
        after.ShouldNotContain("\"button\"");
    }

    [Fact]
    public async Task Card_OfAnEditedProposal_NoLongerDecides()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var frank = copilot.As("frank");
        using var fiona = copilot.As("fiona");
        var card = JsonNode.Parse(await frank.GetStringAsync($"/api/proposals/{proposal["id"]}/card?channel=teams"))!;
        await frank.PostAsJsonAsync($"/api/proposals/{proposal["id"]}/edit", new { hash = (string?)proposal["hash"], arguments = new { amount = "1.00 USD" } });

        (await Press(fiona, (string)card["actions"]![0]!["data"]!["button"]!)).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        await ShouldBeAsync(await frank.GetAsync(new Uri($"/api/proposals/{proposal["id"]}/card?channel=irc", UriKind.Relative)), HttpStatusCode.BadRequest, "invalid_channel");
        await ShouldBeAsync(await frank.GetAsync(new Uri("/api/proposals/prop_none/card?channel=slack", UriKind.Relative)), HttpStatusCode.NotFound, "unknown_proposal");
    }

    private static Task<HttpResponseMessage> Press(HttpClient http, string button, string? reason = null) => http.PostAsJsonAsync("/api/cards/press", new { button, reason });

    private static async Task ShouldBeAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        answer.StatusCode.ShouldBe(status);
        ((string?)(await answer.JsonAsync())["error"]!["code"]).ShouldBe(code);
    }
}
