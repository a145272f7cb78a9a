using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed partial class ChatFlow
{
    [Fact]
    public async Task Ask_WhyAnInvoiceRose_EveryAmountHasAReceiptThatStripeConfirms()
    {
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");
        var rise = copilot.OpenRise;

        var answer = await sam.AskAsync($"Why did {rise["customer_name"]}'s last invoice go up?");

        ((string?)answer["agent"]).ShouldBe("support");
        answer["unverified"]!.AsArray().ShouldBeEmpty();
        var receipts = answer["receipts"]!.AsArray().Select(r => r!.AsObject()).ToList();
        foreach (Match amount in Amount().Matches((string)answer["text"]!))
        {
            receipts.ShouldContain(r => (string?)r["kind"] == "amount" && ((string)r["text"]!).Contains(amount.Value, StringComparison.Ordinal), amount.Value);
        }

        var invoice = await copilot.Sandbox.GetAsync($"/v1/invoices/{rise["invoice"]}", CancellationToken.None);
        var total = Convert.ToInt64(invoice["total"]!.ToString(), CultureInfo.InvariantCulture);
        receipts.ShouldContain(r => (string?)r["value"] == $"{total} {invoice["currency"]}");
    }

    [Fact]
    public async Task FollowUp_CreditTheDifference_ProposesTheExactAmountOnTheRightInvoice()
    {
        await using var copilot = await Copilot.StartAsync();

        var proposal = await copilot.ProposeCreditAsync();

        ((string?)proposal["operation"]).ShouldBe("issue_credit_note");
        ((string?)proposal["target"]).ShouldBe((string?)copilot.OpenRise["invoice"]);
        ((long?)proposal["amount"]!["amount"]).ShouldBe((long?)copilot.OpenRise["difference"]);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Chat_AnotherPersonsConversation_IsUnknown()
    {
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");
        using var olivia = copilot.As("olivia");
        var mine = await sam.AskAsync("Which policy applies when a customer was charged twice?");

        using var theirs = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            olivia, "/api/chat", new { text = "and now?", conversation = (string?)mine["conversation_id"] });

        theirs.StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [GeneratedRegex(@"[$€£¥]\d[\d,]*(?:\.\d+)?")]
    private static partial Regex Amount();
}
