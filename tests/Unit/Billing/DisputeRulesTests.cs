using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Plugins.Disputes;
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
        (string, bool)[] ended =
            [.. Enumerable.Repeat(("won", true), won), .. Enumerable.Repeat(("lost", true), lost), ("lost", false), ("lost", false), ("won", false), ("needs_response", true), ("warning_closed", true), ("under_review", true)];

        var odds = DisputeOdds.Of(ended);

        (odds.Won, odds.Lost, odds.NotContested).ShouldBe((won, lost, 3), "what was accepted or withdrawn was not contested");
        odds.Says.ShouldContain(rate is null ? $"Not enough history: {won + lost} contested" : $"{won} of {won + lost} contested");
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
        EarlierPayment[] earlier = [Paid(119), Paid(120), Paid(365), Paid(366), Paid(200, challenged: true)];

        var found = CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, Known, earlier);

        found.Payments.Select(p => (Disputed - p.Paid).Days).ShouldBe([120, 365]);
        (found.Holds, found.LacksTraits).ShouldBe((true, false));
        CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, Known, earlier[..2]).Holds.ShouldBeFalse();
        CompellingEvidence.Check("visa", "10.4", "fraudulent", Disputed, new PurchaseTraits(), earlier).LacksTraits.ShouldBeTrue();

        static EarlierPayment Paid(int daysBefore, bool challenged = false) => new($"ch_{daysBefore}", Disputed.AddDays(-daysBefore), challenged, Known);
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

        ContestCost.Of([], others, "usd").ShouldBe(new ContestCost(null, null, Dollars(1_500), null, "usd"));
        ContestCost.Of([others[0]], others[1..], "usd").ShouldBe(new ContestCost(Dollars(9_900), Dollars(1_500), null, null, "usd"));
        ContestCost.Of([others[0], others[1]], [], "usd").Taken.ShouldBe(Dollars(0));
    }

    [Theory]
    [InlineData("2026-10-28", "2026-10-30", "2026-10-27", "Our own deadline passed on 2026-10-27; the bank's is 2026-10-30. Answer it today.")]
    [InlineData("2026-10-30", "2026-10-30", "2026-10-27", "Our own deadline passed on 2026-10-27; the bank's is 2026-10-30. Answer it today.")]
    [InlineData("2026-10-27", "2026-10-30", "2026-10-27", null)]
    [InlineData("2026-10-31", "2026-10-30", "2026-10-27", null)]
    [InlineData("2026-10-28", "2026-10-30", null, null)]
    [InlineData("2026-10-28", null, null, null)]
    public void Late_OnceOurOwnDayHasPassed_SaysSoWhileTheBankStillReads(string today, string? due, string? ours, string? says) =>
        DisputeWords.Late(Day(due), Day(ours), Day(today)!.Value).ShouldBe(says);

    [Theory]
    [InlineData(EvidenceKind.Usage, true, EvidenceSide.ForUs)]
    [InlineData(EvidenceKind.Usage, false, EvidenceSide.AgainstUs)]
    [InlineData(EvidenceKind.Invoice, true, EvidenceSide.Neutral)]
    [InlineData(EvidenceKind.Correspondence, true, EvidenceSide.Neutral)]
    [InlineData(EvidenceKind.Correspondence, false, EvidenceSide.AgainstUs)]
    public void Speaks_OfAPiece_OnlyWhereSure(EvidenceKind kind, bool helps, EvidenceSide side) => new Evidence(kind, "", helps).Speaks.ShouldBe(side);

    private static DateOnly? Day(string? text) => text is null ? null : DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Cost_OfContesting_IsThePolicysInTheCurrencyOfTheFee()
    {
        var terms = new ContestTerms(3, new Dictionary<string, Money> { ["usd"] = Dollars(1_600) }, new Dictionary<string, Money> { ["usd"] = Dollars(1_700) });

        ContestCost.Of([], [], "usd", terms).ShouldBe(new ContestCost(null, null, Dollars(1_600), Dollars(1_700), "usd") { FeeByPolicy = true });
        ContestCost.Of([new(Dollars(-50), Dollars(1_500))], [], "eur", terms).CounteredFee.ShouldBe(Dollars(1_700));
        ContestCost.Of([], [], "jpy", terms).ShouldBe(new ContestCost(null, null, null, null, "jpy"), "what nobody wrote down is not known");
        ContestCost.Of([], [new(Dollars(-9_900), Dollars(1_500))], "usd", terms).UsualFee.ShouldBe(Dollars(1_500), "what was taken counts more than what was written down");
    }

    [Theory]
    [InlineData("2026-10-30", "2026-10-27")]
    [InlineData("2026-11-02", "2026-10-28")]
    [InlineData("2026-11-01", "2026-10-28")]
    [InlineData("2026-11-04", "2026-10-30")]
    public void HandInBy_IsThreeBusinessDaysBeforeTheBank(string due, string ours) =>
        new ContestTerms(3, new Dictionary<string, Money>(), new Dictionary<string, Money>()).HandInBy(DateOnly.Parse(due)).ShouldBe(DateOnly.Parse(ours));

    [Fact]
    public void Reasons_AreStripesFifteen_EachWithAClaimOfItsOwn()
    {
        DisputeReason.All.Order().ShouldBe(
        [
            "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated", "debit_not_authorized", "duplicate", "fraudulent", "general",
            "incorrect_account_details", "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized",
        ]);
        DisputeReason.All.Select(r => DisputeReason.Of(r).Claim).ShouldBeUnique();
        DisputeReason.Of("insufficient_funds").Claim.ShouldBe("The customer's bank says that the account holds too little money");
        DisputeReason.Of("reason_of_tomorrow").Claim.ShouldContain("no words here yet (reason of tomorrow)");
        DisputeReason.Of("Pay <b>me</b> now").Claim.ShouldContain("(unnamed)");
    }

    [Theory]
    [InlineData("insufficient_funds", "another way to pay")]
    [InlineData("noncompliant", "a fee of the card network's own")]
    public void Advice_WhereEvidenceDoesNotHelpOrCostsMore_IsAPersons(string reason, string because)
    {
        var advice = Advise(reason, Charge() with { Used = 40, LastLogIn = new DateOnly(2026, 10, 15) });
        (advice.Course, advice.Because.Contains(because, StringComparison.Ordinal)).ShouldBe((DisputeCourse.Person, true), advice.Because);
    }

    [Theory]
    [InlineData("visa", "13.2", "13.2: a recurring payment was canceled before")]
    [InlineData("amex", "c08", "c08: goods or services were not received, or only in part")]
    [InlineData("visa", "99.9", "99.9: its words are not known here; the network's own list has them")]
    [InlineData("klarna", "unauthorized_purchase", "unauthorized_purchase: its words are not known here; the network's own list has them")]
    [InlineData("visa", null, null)]
    public void NetworkCode_IsSaidInWords_OrAsUnknown(string network, string? code, string? says) => NetworkCodes.Say(network, code).ShouldBe(says);

    [Fact]
    public void Messages_ThatRepeatTheClaim_SpeakForTheCardholderAndStayOut()
    {
        CustomerMessage[] written = [Wrote("N-1", "cancel"), Wrote("N-2", "invoice_question"), Wrote("N-3", "bank_dispute"), Wrote("N-4", "hostile"), Wrote("N-5", "refund_request")];

        var canceled = CustomerMessages.Sort("subscription_canceled", written);
        Numbers(canceled.HandedIn, canceled.Complaints, canceled.ToRead).ShouldBe(("N-2", "N-1,N-5", "N-3,N-4"));
        var fraud = CustomerMessages.Sort("fraudulent", written);
        Numbers(fraud.HandedIn, fraud.Complaints, fraud.ToRead).ShouldBe(("N-2", "N-5", "N-1,N-3,N-4"));

        var charge = Charge() with { Messages = canceled };
        var pack = EvidencePack.Collect(DisputeReason.Of("subscription_canceled"), charge);
        pack.Found.Where(e => e.Kind == EvidenceKind.Correspondence).Select(e => (e.Says, e.Helps)).ShouldBe(
            [("The customer wrote the same to us (cancel, refund request) on 2026-10-12.", false), ("The customer was in contact with us on 2026-10-12.", true)]);
        pack.Found.ShouldNotContain(e => e.Kind == EvidenceKind.Cancellation, "we do not tell the bank that no cancellation is on record");
        pack.Missing.ShouldNotContain(EvidenceKind.Cancellation);
        Advise("subscription_canceled", charge).Course.ShouldBe(DisputeCourse.Person);

        static CustomerMessage Wrote(string number, string intent) => new(number, new DateOnly(2026, 10, 12), "S", "T", intent);
        static (string, string, string) Numbers(params IReadOnlyList<CustomerMessage>[] groups) => (Joined(groups[0]), Joined(groups[1]), Joined(groups[2]));
        static string Joined(IReadOnlyList<CustomerMessage> messages) => string.Join(',', messages.Select(m => m.Number));
    }

    [Fact]
    public void Messages_OfEveryReason_AreHandedInOnlyWhereTheirIntentIsNamedHarmless()
    {
        CustomerMessage[] written = [.. TicketClassifier.Shipped.Intents.Append(TicketClassifier.Other).Append("of_tomorrow").Select(i => new CustomerMessage(i, new DateOnly(2026, 10, 12), "S", "T", i))];
        foreach (var reason in DisputeReason.All.Append("of_tomorrow"))
        {
            var sorted = CustomerMessages.Sort(reason, written);
            sorted.HandedIn.Select(m => m.Intent).ShouldBe(["card_update", "invoice_question", "tax", "upgrade"]);
            sorted.ToRead.Select(m => m.Intent).ShouldContain(TicketClassifier.Other);
            (sorted.HandedIn.Count + sorted.Complaints.Count + sorted.ToRead.Count).ShouldBe(written.Length);
        }
    }

    [Theory]
    [InlineData("invoice_question", null, true)]
    [InlineData("other", null, false)]
    [InlineData("refund_request", null, false)]
    [InlineData("invoice_question", "There are more than were looked at.", false)]
    public void Rebuttal_ThatNoCancellationIsOnRecord_IsSaidOnlyWhereNothingIsLeftToRead(string intent, string? gap, bool said)
    {
        var messages = CustomerMessages.Sort("subscription_canceled", [new CustomerMessage("N-1", new DateOnly(2026, 10, 12), "S", "T", intent)], gap: gap);

        var pack = EvidencePack.Collect(DisputeReason.Of("subscription_canceled"), Charge() with { Messages = messages });

        pack.Found.Any(e => e.Says.Contains("no cancellation is on record", StringComparison.Ordinal)).ShouldBe(said);
    }

    [Fact]
    public void Advice_OfAComplianceCaseByStripesWord_IsAPersonsWhateverTheReason()
    {
        var (reason, charge) = (DisputeReason.Of("fraudulent"), Charge() with { Used = 40 });
        DisputeAdvice.Of(true, false, true, true, reason, EvidencePack.Collect(reason, charge), new CompellingEvidence(false, [], [])).Course.ShouldBe(DisputeCourse.Person);
        DisputeAdvice.Of(true, false, false, true, reason, EvidencePack.Collect(reason, charge), new CompellingEvidence(false, [], [])).Course.ShouldBe(DisputeCourse.Contest);
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
        foreach (var reason in DisputeReason.All.Append("of_tomorrow").Select(DisputeReason.Of))
        {
            var asked = reason.Answers.Where(kind => kind is not (EvidenceKind.RefundPolicy or EvidenceKind.CancellationPolicy or EvidenceKind.Delivery or EvidenceKind.Correspondence or EvidenceKind.Mails));
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
        open, inquiry, DisputeReason.Of(reason).IsCompliance, worthIt, DisputeReason.Of(reason), EvidencePack.Collect(DisputeReason.Of(reason), charge), new CompellingEvidence(false, [], []));

    private static DisputedCharge Charge() => new(
        Dollars(9_900), new DateOnly(2026, 10, 10), "LUM-1", (new DateOnly(2026, 10, 10), new DateOnly(2026, 11, 10)), new DateOnly(2026, 1, 10), null, false, null, 3, 0, Dollars(0));

    private static Money Dollars(long cents) => new(cents, "usd");
}
