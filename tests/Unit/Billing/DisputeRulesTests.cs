using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class DisputeRulesTests
{
    private static readonly DateTimeOffset Disputed = new(2026, 10, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly PurchaseTraits Known = new("203.0.113.9", "device-0000000001", null, "ada");

    [Theory]
    [InlineData(6, 3, null)]
    [InlineData(6, 4, 0.6)]
    [InlineData(0, 10, 0.0)]
    public void Odds_FromTenDecidedOn_AreAShare(int won, int lost, double? rate)
    {
        string[] statuses = [.. Enumerable.Repeat("won", won), .. Enumerable.Repeat("lost", lost), "needs_response", "warning_closed", "under_review"];

        var odds = DisputeOdds.Of(statuses);

        (odds.Won, odds.Lost).ShouldBe((won, lost));
        ((double?)odds.Rate).ShouldBe(rate);
    }

    [Theory]
    [InlineData("visa", "10.4", "fraudulent", true)]
    [InlineData("visa", null, "fraudulent", true)]
    [InlineData("visa", "13.1", "fraudulent", false)]
    [InlineData("mastercard", "4837", "fraudulent", false)]
    [InlineData("visa", null, "product_not_received", false)]
    public void CompellingEvidence_Applies_ToVisaFraudOnly(string network, string? code, string reason, bool applies) =>
        CompellingEvidence.Check(network, code, reason, Disputed, Known, []).Applies.ShouldBe(applies);

    [Fact]
    public void CompellingEvidence_Payments_AreUndisputedAndOfTheRightAge()
    {
        EarlierPayment[] earlier = [Paid(119), Paid(120), Paid(365), Paid(366), Paid(200, disputed: true)];

        var found = CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, Known, earlier);

        found.Payments.Select(p => (Disputed - p.Paid).Days).ShouldBe([120, 365]);
        (found.Holds, found.LacksTraits).ShouldBe((true, false));
        CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, Known, earlier[..2]).Holds.ShouldBeFalse();
        CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, new PurchaseTraits(), earlier).LacksTraits.ShouldBeTrue();

        static EarlierPayment Paid(int daysBefore, bool disputed = false) => new($"ch_{daysBefore}", Disputed.AddDays(-daysBefore), disputed, Known);
    }

    [Theory]
    [InlineData("203.0.113.9", null, "ada", 2)]
    [InlineData(null, "device-0000000001", "ada", 2)]
    [InlineData("203.0.113.9", null, "eve", 1)]
    [InlineData("198.51.100.1", null, "ada", 0)]
    [InlineData(null, null, "ada", 0)]
    public void Traits_Shared_CountOnlyWithTheAddressOrTheDevice(string? ip, string? device, string account, int shared) =>
        Known.Shared(new PurchaseTraits(ip, device, null, account)).ShouldBe(shared);

    [Fact]
    public void Cost_OfAnInquiry_IsWhatOtherDisputesCost()
    {
        DisputeMovement[] others = [new(Dollars(-9_900), Dollars(1_500)), new(Dollars(9_900), Dollars(0)), new(new Money(-50, "eur"), new Money(2_000, "eur"))];

        ContestCost.Of([], others, "usd").ShouldBe(new ContestCost(null, null, Dollars(1_500)));
        ContestCost.Of([others[0]], others[1..], "usd").ShouldBe(new ContestCost(Dollars(9_900), Dollars(1_500), null));
        ContestCost.Of([others[0], others[1]], [], "usd").Taken.ShouldBe(Dollars(0));
    }

    [Theory]
    [InlineData(null, false, "no cancellation is on record", true)]
    [InlineData("2026-10-01", false, "before the charge", false)]
    [InlineData("2026-10-15", false, "after the charge", true)]
    [InlineData(null, true, "its end is set", true)]
    public void Evidence_OfACancellation_SaysForWhomItSpeaks(string? ended, bool asked, string says, bool helps)
    {
        var pack = EvidencePack.Collect(DisputeReason.Of("subscription_canceled"), Charge() with { EndedOn = ended is null ? null : DateOnly.Parse(ended), EndAsked = asked });

        pack.Found[0].Kind.ShouldBe(EvidenceKind.Cancellation);
        pack.Found[0].Says.ShouldContain(says);
        pack.Found[0].Helps.ShouldBe(helps);
        pack.Missing.ShouldBe([EvidenceKind.Usage, EvidenceKind.LogIns]);
    }

    [Theory]
    [InlineData("duplicate", 1, false)]
    [InlineData("duplicate", 0, true)]
    public void Evidence_OfADouble_CountsTheOtherCharge(string reason, int others, bool helps) =>
        EvidencePack.Collect(DisputeReason.Of(reason), Charge() with { SameAmountSameDay = others }).Found.Single(e => e.Kind == EvidenceKind.OtherCharge).Helps.ShouldBe(helps);

    [Fact]
    public void Evidence_OfEveryReason_IsFoundOrNamedMissing()
    {
        string[] reasons = ["credit_not_processed", "duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized", "of_tomorrow"];
        foreach (var reason in reasons.Select(DisputeReason.Of))
        {
            var asked = reason.Answers.Where(kind => kind is not (EvidenceKind.RefundPolicy or EvidenceKind.CancellationPolicy or EvidenceKind.Delivery or EvidenceKind.Mails));
            foreach (var charge in new[] { Charge(), Charge() with { InvoiceNumber = null, SubscribedOn = null, Used = 12 } })
            {
                var pack = EvidencePack.Collect(reason, charge);
                pack.Found.Select(e => e.Kind).Concat(pack.Missing).ShouldBe(asked, ignoreOrder: true);
            }
        }
    }

    [Theory]
    [InlineData("product_not_received", "2026-10-12", true, true, DisputeCourse.Contest)]
    [InlineData("product_not_received", "2026-10-09", true, true, DisputeCourse.Person)]
    [InlineData("product_not_received", "2026-10-12", true, false, DisputeCourse.Accept)]
    [InlineData("product_not_received", "2026-10-12", false, true, DisputeCourse.Nothing)]
    [InlineData("credit_not_processed", null, true, true, DisputeCourse.Person)]
    [InlineData("general", null, true, true, DisputeCourse.Person)]
    public void Advice_FollowsTheMostTellingEvidence(string reason, string? loggedIn, bool open, bool worthIt, DisputeCourse course) =>
        Advise(reason, Charge() with { SubscribedOn = null, LastLogIn = loggedIn is null ? null : DateOnly.Parse(loggedIn) }, open, worthIt).Course.ShouldBe(course);

    [Fact]
    public void Advice_WhereTheSubscriptionHadEnded_IsToAccept()
    {
        var ended = Charge() with { EndedOn = new DateOnly(2026, 10, 1) };
        Advise("subscription_canceled", ended).Course.ShouldBe(DisputeCourse.Accept);
        Advise("subscription_canceled", ended, inquiry: true).Course.ShouldBe(DisputeCourse.Person);
        Advise("subscription_canceled", Charge()).Course.ShouldBe(DisputeCourse.Contest);
    }

    [Fact]
    public void Fields_AreStripesTexts_WithWhatSpeaksForUsOnly()
    {
        var reason = DisputeReason.Of("subscription_canceled");
        var charge = Charge() with { Used = 0, LastLogIn = new DateOnly(2026, 10, 15), Mailed = [("a summary of the invoice", new DateOnly(2026, 10, 11))] };

        var fields = EvidenceFields.Of(reason, charge, EvidencePack.Collect(reason, charge), new DisputeParty("Ada", "ada@acme.test", null, "203.0.113.9", "Team plan"), new DisputePolicies("R", "C"));

        fields["access_activity_log"].ShouldBe("The account was last logged into on 2026-10-15, after the charge.");
        fields["cancellation_rebuttal"].ShouldBe("The subscription runs, and no cancellation is on record.");
        fields["uncategorized_text"].ShouldBe("We mailed a summary of the invoice on 2026-10-11. Invoice LUM-1 for 2026-10-10 to 2026-11-10.");
        (fields["cancellation_policy_disclosure"], fields["service_date"]).ShouldBe(("C", "2026-10-10"));
        fields.Keys.ShouldNotContain("refund_policy_disclosure");
        fields.Keys.ShouldNotContain("billing_address");
    }

    [Fact]
    public void Fields_StayWithinStripesLimits()
    {
        var (reason, charge) = (DisputeReason.Of("product_unacceptable"), Charge());
        var endless = new string('x', 30_000);

        var fields = EvidenceFields.Of(reason, charge, EvidencePack.Collect(reason, charge), new DisputeParty(endless, endless, endless, endless, endless, endless, endless), new DisputePolicies(endless, endless));

        fields.Values.ShouldAllBe(text => text.Length <= 20_000);
        fields.Values.Sum(text => text.Length).ShouldBeInRange(100_000, 150_000);
    }

    private static DisputeAdvice Advise(string reason, DisputedCharge charge, bool open = true, bool worthIt = true, bool inquiry = false) => DisputeAdvice.Of(
        open, inquiry, worthIt, DisputeReason.Of(reason), EvidencePack.Collect(DisputeReason.Of(reason), charge), new CompellingEvidence(false, [], []));

    private static DisputedCharge Charge() => new(
        Dollars(9_900), new DateOnly(2026, 10, 10), "LUM-1", (new DateOnly(2026, 10, 10), new DateOnly(2026, 11, 10)), new DateOnly(2026, 1, 10), null, false, null, 3, 0, Dollars(0));

    private static Money Dollars(long cents) => new(cents, "usd");
}
