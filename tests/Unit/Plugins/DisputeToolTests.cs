using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Disputes as the world planted them, over the sandbox's API.</summary>
public sealed class DisputeToolTests(SharedLumen shared) : IClassFixture<SharedLumen>
{
    private readonly Lumen _lumen = shared.Lumen;

    private IEnumerable<JsonObject> Planted => _lumen.Truth["disputes"]!.AsArray().Select(d => d!.AsObject());

    [Fact]
    public async Task ListDisputes_OfAll_AreThePlantedWithTheOpenFirst()
    {
        var listed = await _lumen.CallAsync("list_disputes");

        ((int)listed["count"]!, (int)listed["open"]!).ShouldBe((Planted.Count(), Planted.Count(IsOpen)));
        listed["disputes"]!.AsArray().Select(d => d!["status"]!.ToString()).Take(Planted.Count(IsOpen)).ShouldAllBe(status => status.EndsWith("needs_response"));
        ((int)listed["odds"]!["won"]!, (int)listed["odds"]!["lost"]!, listed["odds"]!["percent_won"]).ShouldBe((1, 1, null));
        listed["odds"]!["says"]!.ToString().ShouldContain("Not enough history: 2 contested and decided");
        listed["disputes"]!.AsArray().Select(d => d!["customer_name"]!.ToString()).ShouldBe(Planted.Select(p => p["customer_name"]!.ToString()), ignoreOrder: true);
    }

    [Fact]
    public async Task GetDispute_OfEachPlanted_SaysReasonDeadlineCostAndEvidence()
    {
        foreach (var planted in Planted)
        {
            var dispute = await _lumen.CallAsync("get_dispute", ("charge", planted["charge"]!.ToString()));

            dispute["dispute"]!["reason"]!.ToString().ShouldBe(planted["reason"]!.ToString());
            dispute["customer_name"]!.ToString().ShouldBe(planted["customer_name"]!.ToString());
            (dispute["dispute"]!["days_left"] is not null).ShouldBe(IsOpen(planted));
            dispute["evidence"]!.AsArray().Select(e => e!["kind"]!.ToString()).ShouldContain("invoice");
            dispute["claim"]!.ToString().ShouldStartWith("The cardholder says that ");
            dispute["network_code"]!.ToString().ShouldMatch(@"^\S+: [a-z]");
            dispute["contesting"]?.ToString().ShouldStartWith("$15.00 more, given back if we win");
            (dispute["contesting"] is not null).ShouldBe(IsOpen(planted));
            (dispute["dispute"]!["hand_in_by"] is { } ours ? (int?)DaysBetween(ours, dispute["dispute"]!["due"]!) : null).ShouldBeOneOf(IsOpen(planted) ? [3, 4, 5] : [null]);
            (dispute["taken"] is null).ShouldBe(planted["status"]!.ToString() is "won" or "warning_needs_response");
            var inquiry = planted["status"]!.ToString() is "warning_needs_response";
            (dispute["inquiry"]?.ToString().Contains("no money was taken") ?? false).ShouldBe(inquiry);
            dispute[inquiry ? "fee_if_disputed" : "fee"]!.ToString().ShouldStartWith("15.00");
            dispute[inquiry ? "fee" : "fee_if_disputed"].ShouldBeNull();
            (IsOpen(planted) || dispute["visa_compelling_evidence"] is null).ShouldBeTrue("nothing can be handed in any more");
        }
    }

    [Fact]
    public async Task GetDispute_OfAnUndisputedCharge_IsRefused()
    {
        var paid = _lumen.Planted("paid_invoices")["charge"]!.ToString();
        (await _lumen.CallAsync("get_dispute", ("charge", paid)))["error"]!["code"]!.ToString().ShouldBe("not_disputed");
    }

    [Fact]
    public async Task ListDisputes_OfACustomer_AreTheirs()
    {
        var planted = Planted.First();
        var listed = await _lumen.CallAsync("list_disputes", ("customer", planted["customer"]!.ToString()));
        listed["disputes"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task FindCustomer_WithAnOpenDispute_NamesItsChargeAndDeadline()
    {
        foreach (var planted in Planted)
        {
            var found = await _lumen.CallAsync("find_customer", ("query", planted["customer"]!.ToString()));
            var match = found["matches"]!.AsArray().ShouldHaveSingleItem()!;
            (match["open_disputes"] is not null).ShouldBe(IsOpen(planted));
            match["open_disputes"]?[0]!["charge"]!.ToString().ShouldContain(planted["charge"]!.ToString());
            (match["open_disputes"] is null || match["open_disputes"]![0]!["due"] is not null).ShouldBeTrue();
            match["last_invoice_handle"].ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task GetDispute_FeeAndEvidence_SayWhereTheyComeFromAndWhomTheySpeakFor()
    {
        foreach (var planted in Planted)
        {
            var dispute = await _lumen.CallAsync("get_dispute", ("charge", planted["charge"]!.ToString()));
            dispute["fee_source"]!.ToString().ShouldStartWith(dispute["inquiry"] is null ? "By the movements on our balance." : "By what other disputes cost us.");
            dispute["evidence"]!.AsArray().ShouldAllBe(e => ((bool?)e!["against"] == true) == (e["speaks"]!.ToString() == "against_us"));
            dispute["evidence"]!.AsArray().Single(e => e!["kind"]!.ToString() == "invoice")!["speaks"]!.ToString().ShouldBe("neutral");
        }
    }

    [Theory]
    [InlineData(0, "contest")]
    [InlineData(1, "contest")]
    [InlineData(2, null)]
    [InlineData(4, "contest")]
    [InlineData(5, "contest")]
    public async Task GetDispute_Advises_ByWhatIsOnRecord(int index, string? course)
    {
        var dispute = await _lumen.CallAsync("get_dispute", ("charge", _lumen.Planted("disputes", index)["charge"]!.ToString()));
        dispute["advice"]!.AsObject().Select(p => p.Key).Except(["because"]).SingleOrDefault().ShouldBe(course, dispute.ToJsonString());
        (dispute["visa_compelling_evidence"]?.ToString().Contains("is met") ?? false).ShouldBe(index == 5, dispute.ToJsonString());
        dispute.ToJsonString().ShouldNotContain("203.0.113.");
    }

    private static int DaysBetween(JsonNode from, JsonNode to) => DateOnly.Parse(to.ToString()).DayNumber - DateOnly.Parse(from.ToString()).DayNumber;

    private static bool IsOpen(JsonObject dispute) => dispute["status"]!.ToString() is "needs_response" or "warning_needs_response";
}
