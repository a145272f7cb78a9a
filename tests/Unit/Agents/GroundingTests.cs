using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class GroundingTests
{
    private static readonly Evidence Two = Of(
        Call("list_invoices", """{"customer":"cus1"}""", """{"customer":"cus1","customer_name":"«Acme Robotics»","invoices":[{"invoice":"inv1","number":"LUM-0042","date":"2026-03-01","total":"120.00 USD"},{"invoice":"inv2","number":"LUM-0041","date":"2026-02-01","total":"60.00 USD"}]}"""),
        Call("list_invoices", """{"customer":"cus2"}""", """{"customer":"cus2","customer_name":"«Globex GmbH»","invoices":[{"invoice":"inv3","number":"GLX-0007","date":"2026-03-05","total":"75.00 USD","status":"open"}]}"""),
        Call("explain_invoice_change", """{"customer":"cus1"}""", """{"customer":"cus1","customer_name":"«Acme Robotics»","current":{"invoice":"inv1","number":"LUM-0042","total":"120.00 USD"},"previous":{"invoice":"inv2","number":"LUM-0041","total":"60.00 USD"},"difference":"60.00 USD","changes":[{"kind":"proration_credit","what":"«5 × Team (at $12.00 / month)»","amount":"-20.00 USD","quantity_before":4,"plan":"«Studio 54»"}]}"""),
        Call("search_policies", """{"query":"refund"}""", """{"policies":[{"document":"policies/refunds.md","title":"Refunds","section":"Window","quote":"A customer can ask for a refund within **30 days** of the charge. Up to $100 a support agent proposes; fees of 2.5% stay."}],"tickets":[]}"""));

    [Theory]
    [InlineData("Acme Robotics's invoice LUM-0042 is $120.00.")]
    [InlineData("Acme Robotics was billed USD 120.00 on March 1, 2026.")]
    [InlineData("Acme Robotics was billed 120.00 USD on 2026-03-01.")]
    [InlineData("Acme's last invoice is $120.00, $60.00 more than LUM-0041.")]
    [InlineData("Acme Robotics got a $20.00 credit for unused time.")]
    [InlineData("Acme Robotics paid $120.00 and Globex GmbH paid $75.00.")]
    [InlineData("Globex owes $75.00, while Acme Robotics paid $120.00.")]
    [InlineData("Acme Robotics and Globex GmbH were billed $120.00 and $75.00 respectively.")]
    [InlineData("LUM-0042 is $120.00, up from $60.00 on LUM-0041.")]
    [InlineData("LUM-0042 rose from $60.00 to $120.00.")]
    [InlineData("$75.00 is owed by Globex GmbH.")]
    [InlineData("Our policy: “A customer can ask for a refund within **30 days** of the charge.”")]
    [InlineData("For Acme Robotics: “Up to $100 a support agent proposes; fees of 2.5% stay.”")]
    [InlineData("A fee of 2.5% stays.")]
    [InlineData("Acme Robotics has 2 invoices.")]
    [InlineData("Acme Robotics's line says “5 × Team (at $12.00 / month)”.")]
    [InlineData("Globex GmbH has one open invoice. It is $75.00, of March 5.")]
    [InlineData("You said $90, which I can't find.")]
    [InlineData("Globex GmbH owes about $80.")]
    [InlineData("Acme Robotics was billed roughly $100.")]
    [InlineData("Acme Robotics was billed $120.00 instead of $60.00 on LUM-0041.")]
    [InlineData("The total is $120.00 rather than $60.00 on LUM-0041.")]
    [InlineData("A visa 5881 payment failed.")]
    [InlineData("Our policy: “A customer can ask for a refund within **30 days** of the charge. [...] fees of 2.5% stay.”")]
    [InlineData("Acme Robotics uses Studio 54 seats.")]
    public void Check_FiguresWithSources_AreBacked(string text) =>
        GroundingCheck.Check(text, Two).Unbacked.ShouldBeEmpty();

    [Theory]
    [InlineData("(a) Acorn Labs Inc. (customer since 2025-10-08)\n(b) Acorn Labs (customer since 2026-06-20)", 0)]
    [InlineData("(a) Acorn Labs Inc. (customer since 2026-06-20)\n(b) Acorn Labs (customer since 2025-10-08)", 2)]
    [InlineData("Acorn Labs Inc. is a customer since 2026-06-20.", 1)]
    public void Check_CustomersOfLikeNames_AreToldApart(string text, int unbacked) =>
        GroundingCheck.Check(text, Of(Call("find_customer", """{"query":"Acorn Labs"}""", """{"count":2,"matches":[{"customer":"cus1","name":"«Acorn Labs Inc.»","since":"2025-10-08"},{"customer":"cus2","name":"«Acorn Labs»","since":"2026-06-20"}]}""")))
            .Unbacked.Count.ShouldBe(unbacked);

    [Theory]
    [InlineData("4 disputes are open; Vellum Finance's is due next.", 0)]
    [InlineData("Vellum Finance's dispute is due next.\n\nOpen over all customers: 4 disputes.", 0)]
    [InlineData("Vellum Finance's dispute is of $89.00. Together they come to $666.00.", 0)]
    [InlineData("Vellum Finance's dispute is of $89.00. In total they owe $666.00.", 1)]
    [InlineData("Vellum Finance's dispute is of $89.00. In total $666.00 is disputed.", 0)]
    [InlineData("Vellum Finance's dispute is due next. $666.00 is disputed.", 1)]
    [InlineData("Vellum Finance has 4 disputes.", 1)]
    [InlineData("4 disputes, $666.00 together or less (Vellum Finance, Timberline Travel)", 0)]
    [InlineData("4 disputes, $666.00 (Vellum Finance, Timberline Travel)", 0)]
    [InlineData("Open: 4, $666.00 in sum (Vellum Finance, Timberline Travel)", 0)]
    [InlineData("Open: 4, $666.00 (Vellum Finance)", 0)]
    [InlineData("It is $666.00 (Vellum Finance).", 1)]
    [InlineData("Vellum Finance is waiting for an answer. They have 4 disputes.", 1)]
    public void Check_FiguresOfAWholeList_AreNobodysAlone(string text, int unbacked) =>
        GroundingCheck.Check(text, Of(Call("list_disputes", "{}", """{"open":4,"total":"666.00 USD","disputes":[{"charge":"ch1","customer":"cus1","customer_name":"«Vellum Finance»","amount":"89.00 USD"},{"charge":"ch2","customer":"cus2","customer_name":"«Timberline Travel»","amount":"577.00 USD"}]}""")))
            .Unbacked.Count.ShouldBe(unbacked);

    [Theory]
    [InlineData("Acme Robotics paid $75.00 and Globex GmbH paid $120.00.", "$75.00", "$120.00")]
    [InlineData("Globex GmbH and Acme Robotics were billed $120.00 and $75.00 respectively.", "$120.00", "$75.00")]
    [InlineData("Globex owes $120.00.", "$120.00")]
    [InlineData("Globex has an open invoice. It is $60.00.", "$60.00")]
    [InlineData("$75.00 is owed by Acme Robotics.", "$75.00")]
    [InlineData("Acme Robotics: $75.00", "$75.00")]
    [InlineData("LUM-0041 is $120.00.", "$120.00")]
    [InlineData("The total is $121.00.", "$121.00")]
    [InlineData("The total is €120.00.", "€120.00")]
    [InlineData("That makes $195.00 together.", "$195.00")]
    [InlineData("It was ¥120.", "¥120")]
    [InlineData("The seats cost $12.00 each.", "$12.00")]
    [InlineData("Acme Robotics is owed $100.", "$100")]
    [InlineData("That is a rise of 4%.", "4%")]
    [InlineData("Globex GmbH owes $80.", "$80")]
    [InlineData("Globex GmbH owes about $88.", "$88")]
    [InlineData("Globex GmbH owes about $75.50.", "$75.50")]
    [InlineData("It is $99999999999999999999999999999999.99.", "$99999999999999999999999999999999.99")]
    [InlineData("It is 99999999999999999999999999999999%.", "99999999999999999999999999999999%")]
    [InlineData("Invoice LUM-0043 is open.", "LUM-0043")]
    [InlineData("See in_1xGgk2PBFKqnoW2o.", "in_1xGgk2PBFKqnoW2o")]
    [InlineData("See inv9.", "inv9")]
    [InlineData("It is due on March 9, 2026.", "March 9, 2026")]
    [InlineData("It is due on 2026-04-01.", "2026-04-01")]
    [InlineData("That is a rise of 42%.", "42%")]
    [InlineData("Refunds are possible within 60 days.", "60")]
    [InlineData("Acme Robotics has 7 invoices.", "7")]
    [InlineData("A total of 1234.56 came out.", "1234.56")]
    [InlineData("It is 1.234 KWD.", "1.234 KWD")]
    [InlineData("Our policy: “Refunds are always possible for everyone.”", "“Refunds are always possible for everyone.”")]
    [InlineData("Our policy: “Fees of 2.5% stay. [...] A customer can ask for a refund”", "“Fees of 2.5% stay. [...] A customer can ask for a refund”")]
    [InlineData("LUM-0041 is $120.00 instead of $75.00 on GLX-0007.", "$120.00")]
    [InlineData("Acme Robotics uses 54 seats.", "54")]
    public void Check_FiguresWithoutSources_AreNamed(string text, params string[] expected) =>
        GroundingCheck.Check(text, Two).Unbacked.Select(u => u.Figure.Text).ShouldBe(expected);

    [Theory]
    [InlineData("“refunds are never […] given after thirty days”")]
    [InlineData("“Refunds are always given [...] unless the charge is [...] older than thirty days”")]
    [InlineData("“Refunds […] are given […] after thirty days”")]
    public void Check_QuotationPutTogetherOfPieces_IsNamed(string quotation) =>
        GroundingCheck.Check("Our policy: " + quotation, Of(Call("search_policies", """{"query":"refunds"}""", """{"matches":[{"text":"«Refunds are always given, unless the charge is disputed or older than thirty days. Refunds are never refused and are given after thirty days.»"}]}""")))
            .Unbacked.ShouldContain(u => u.Figure.Text == quotation);

    [Theory]
    [InlineData("search_tickets", """{"matches":[{"text":"«Order 66 of ours is late»"}]}""", 1)]
    [InlineData("get_invoice", """{"memo":"«Order 66 of ours is late»"}""", 1)]
    [InlineData("get_invoice", """{"plan":"«Order 665»"}""", 1)]
    [InlineData("get_invoice", """{"plan":"«Order 66»"}""", 0)]
    public void Check_CountAfterACapitalisedWord_IsANameOnlyWhereANameSaysSo(string tool, string result, int unbacked) =>
        GroundingCheck.Check("They have Order 66 seats.", Of(Call(tool, "{}", result))).Unbacked.Count.ShouldBe(unbacked);

    [Theory]
    [InlineData("Acme Robotics was billed $120.00.\n\n**Since March 5**\n- Globex GmbH: $75.00", 0)]
    [InlineData("Acme Robotics was billed $120.00.\n\n**Since March 5**\n- Acme Robotics: $60.00", 1)]
    [InlineData("### Globex GmbH\n- Billed later than Acme Robotics.\n- Open since March 5.", 0)]
    [InlineData("### Globex GmbH\n- Billed later than Acme Robotics.\n#### What comes\n- Open since March 5.", 0)]
    [InlineData("### Globex GmbH\n- Open is $120.00.", 1)]
    public void Check_Headings_SayWhoseTheirLinesAre(string text, int unbacked) =>
        GroundingCheck.Check(text, Two).Unbacked.Count.ShouldBe(unbacked);

    [Fact]
    public void Check_AmountOfAnother_SaysWhose() =>
        GroundingCheck.Check("Globex owes $120.00.", Two).Unbacked.ShouldHaveSingleItem().Fault.ShouldContain("Acme Robotics");

    [Fact]
    public void Check_BackedAmount_PointsAtItsLeaf()
    {
        var source = GroundingCheck.Check("Globex GmbH owes $75.00.", Two).Backed.ShouldHaveSingleItem().Source.ShouldNotBeNull();
        (source.Call.Tool, source.Path, source.ObjectHandle).ShouldBe(("list_invoices", "$.invoices[0].total", "inv3"));
    }

    [Fact]
    public void Check_WordsOfAPolicy_AreAQuote() =>
        GroundingCheck.Check("Up to $100 is fine.", Two).Backed.ShouldHaveSingleItem().Source!.Verbatim.ShouldBeTrue();

    [Fact]
    public void Check_AskersFigure_HasNoToolSource() =>
        GroundingCheck.Check("You asked for $90.", Two).Backed.ShouldHaveSingleItem().Source.ShouldBeNull();

    [Fact]
    public void Mark_UnbackedFigures_AreMarkedInPlace()
    {
        const string text = "It is $121.00, not €5.00.";
        GroundingCheck.Mark(text, GroundingCheck.Check(text, Two).Unbacked).ShouldBe("It is $121.00 [unverified], not €5.00 [unverified].");
    }

    [Theory]
    [InlineData("$1,234.50", "123450 usd")]
    [InlineData("1234.50 USD", "123450 usd")]
    [InlineData("€5.00", "500 eur")]
    [InlineData("USD 120", "12000 usd")]
    [InlineData("¥1,200", "1200 jpy")]
    [InlineData("1.234 KWD", "1234 kwd")]
    [InlineData("-$20.00", "2000 usd")]
    [InlineData("£0.99", "99 gbp")]
    [InlineData("20 dollars", "2000 usd")]
    [InlineData("50 cents", "50 usd")]
    [InlineData("$1.5k", "150000 usd")]
    [InlineData("CHF 12.50", "1250 chf")]
    [InlineData("1.234,50 €", "123450 eur")]
    [InlineData("€1.234,50", "123450 eur")]
    [InlineData("1 234,50 EUR", "123450 eur")]
    [InlineData("CHF 1'234,50", "123450 chf")]
    [InlineData("12,50 €", "1250 eur")]
    [InlineData("29.00 €", "2900 eur")]
    [InlineData("$1,234", "123400 usd")]
    [InlineData("12,345 USD", "1234500 usd")]
    public void Scan_Amount_HasItsNormalForm(string text, string value) =>
        FigureScanner.Scan($"It is {text}.").ShouldHaveSingleItem().Value.ShouldBe(value);

    [Theory]
    [InlineData("visa ending in 4242")]
    [InlineData("version 3 of UTF-8")]
    [InlineData("one of two")]
    public void Scan_NoFigure_FindsNone(string text) => FigureScanner.Scan(text).ShouldBeEmpty();

    [Theory]
    [InlineData("I have refunded the charge.")]
    [InlineData("I've just issued the credit note.")]
    [InlineData("We already sent them a reminder.")]
    [InlineData("I successfully processed it.")]
    public void DoneClaims_ClaimOfAnAct_IsFound(string text) => DoneClaims.In(text).ShouldHaveSingleItem();

    [Theory]
    [InlineData("I propose to refund the charge; it waits for approval.")]
    [InlineData("The charge was refunded on March 3 by somebody else.")]
    [InlineData("They sent a payment.")]
    [InlineData("I have refunded nothing and proposed nothing.")]
    public void DoneClaims_NoClaim_IsLeft(string text) => DoneClaims.In(text).ShouldBeEmpty();

    [Theory]
    [InlineData("Refund issued.")]
    [InlineData("Done. Credit applied.")]
    [InlineData("Your refund has been processed.")]
    public void DoneClaims_ClaimWithoutASubject_IsFound(string text) => DoneClaims.In(text).ShouldHaveSingleItem();

    [Theory]
    [InlineData("Your refund has been processed on March 3.")]
    [InlineData("A refund issued twice is an error.")]
    [InlineData("The refund was issued on 2026-03-01.")]
    public void DoneClaims_PastEvent_IsLeft(string text) => DoneClaims.In(text).ShouldBeEmpty();

    [Theory]
    [InlineData("$٢٩.٠٠ on ٣ March")]
    [InlineData("$99999999999999999999999999999999999999 in all")]
    [InlineData("999999999999999999999m and $79228162514264337593543950335k")]
    [InlineData("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 usd 9999999999999999999999999999999999999999 charges")]
    [InlineData("March ٣٣, 2026 and 2026-٠٣-01")]
    public void Scan_UntrustedDigits_NeverThrow(string text) => Should.NotThrow(() => FigureScanner.Scan(text));

    [Fact]
    public void Check_TwoUnreadableFigures_DontBackEachOther()
    {
        var evidence = Of(Call("get_invoice", "{}", """{"memo":"$99999999999999999999999999"}"""));
        GroundingCheck.Check("It is $99999999999999999999999999.", evidence).Unbacked.ShouldHaveSingleItem();
    }

    [Fact]
    public void Check_RefusedCall_DoesNotBackWhatTheModelSentOrOthersWrote()
    {
        var evidence = Of(Call("get_invoice", """{"number":"$5,000"}""", """{"error":{"code":"not_found","message":"There is no invoice $5,000."}}"""));
        GroundingCheck.Check("They are owed $5,000.", evidence).Unbacked.ShouldHaveSingleItem();

        var credit = Of(Call("give_courtesy_credit", """{"amount":"60","currency":"usd"}""", """{"error":{"code":"over_limit","message":"50.00 USD is left; 60.00 USD is more. The memo says «pay $75.00»."}}"""));
        GroundingCheck.Check("$60.00 was asked for, and the memo says $75.00.", credit).Unbacked.Select(u => u.Figure.Text).ShouldBe(["$60.00", "$75.00"]);
    }

    [Theory]
    [InlineData("£9,000", "There is no plan '£9,000 overcharge'.")]
    [InlineData("¥9000", "There is no plan '¥9000 overcharge'.")]
    [InlineData("9,000 USD", "There is no plan ''9,000 USD overcharge'.")]
    public void Check_RefusedCall_DoesNotBackAnEcho_HoweverItIsWritten(string amount, string message)
    {
        var call = new ToolEvidence("c1", "downgrade_now", new JsonObject { ["plan"] = $"'{amount} overcharge" }, new JsonObject { ["error"] = new JsonObject { ["code"] = "unknown_plan", ["message"] = message } });
        GroundingCheck.Check($"They were charged {amount}.", new Evidence([call], [])).Unbacked.ShouldHaveSingleItem();
    }

    [Fact]
    public void Check_RefusedCall_ItsPolicyIsQuotedAndIsNoFactOfACustomer()
    {
        var evidence = Of(Call("downgrade_now", """{"customer":"cus1"}""", """{"error":{"code":"not_allowed","message":"Only operations may.","remedy":"The policy: «Refunds, Approval: “Up to $500 finance approves it alone.”»"}}"""));
        GroundingCheck.Check("Acme Robotics owes $500.", evidence).Unbacked.ShouldHaveSingleItem();
        GroundingCheck.Check("The policy says: \"Up to $500 finance approves it alone.\"", evidence).Unbacked.ShouldBeEmpty();
    }

    [Fact]
    public void Check_RefusedCall_BacksWhatItSaysItself()
    {
        var evidence = new Evidence(
            [Call("give_courtesy_credit", """{"amount":"60.00 USD","why":"Above the policy's $50."}""", """{"error":{"code":"over_limit","message":"50.00 USD is left; 60.00 USD is more."}}""")], ["Give them $60."]);
        GroundingCheck.Check("$50.00 is left: \"50.00 USD is left; 60.00 USD is more.\"", evidence).Unbacked.ShouldBeEmpty();

        var done = Of(Call("issue_refund", "{}", """{"error":{"code":"refunded","message":"Refund issued."}}"""));
        DoneClaims.In("Refund issued.", done).ShouldNotBeEmpty();
    }

    [Fact]
    public void Check_AskersFigureThatIsAnothers_IsUnbacked()
    {
        var evidence = new Evidence(Two.Calls, ["Does Acme owe $75.00?"]);
        GroundingCheck.Check("Acme Robotics owes $75.00.", evidence).Unbacked.ShouldHaveSingleItem().Fault.ShouldContain("Globex");
        GroundingCheck.Check("Globex GmbH owes $75.00.", evidence).Unbacked.ShouldBeEmpty();
    }

    [Fact]
    public void Check_PercentField_BacksAPercentageAndNoCount()
    {
        var evidence = Of(Call("get_coupon", "{}", """{"percent_off":20}"""));
        GroundingCheck.Check("It takes 20% off.", evidence).Unbacked.ShouldBeEmpty();
        GroundingCheck.Check("There are 20 invoices.", evidence).Unbacked.ShouldHaveSingleItem();
    }

    private static readonly Evidence Otterburn = Of(
        Call("list_invoices", """{"customer":"cus1"}""", """{"customer":"cus1","customer_name":"«Otterburn Labs»","count":6,"totals":[{"currency":"usd"}],"invoices":[{"invoice":"inv1","number":"OTT-0001","date":"2026-04-01","total":"10.00 USD","status":"paid"},{"invoice":"inv2","number":"OTT-0002","date":"2026-05-03","total":"40.00 USD","status":"paid"}]}"""),
        Call("get_subscription", """{"customer":"cus1"}""", """{"customer":"cus1","customer_name":"«Otterburn Labs»","mrr":"48000.00 USD","quantity":12,"growth_percent":12.5,"days_left":9}"""));

    [Theory]
    [InlineData("They have 17 plans, 23 tickets and 9 coupons.", "17", "23", "9")]
    [InlineData("They have 9 vouchers left.", "9")]
    [InlineData("That is forty-one dollars.", "forty-one dollars")]
    [InlineData("They are here since 03/04/2026.", "03/04/2026")]
    [InlineData("Fällig am 4. Mai 2026.", "4. Mai 2026")]
    [InlineData("Fällig am 2.4.2026.", "2.4.2026")]
    [InlineData("Elle est due le 2 février 2026.", "2 février 2026")]
    [InlineData("Vence el 4 de mayo de 2026.", "4 de mayo de 2026")]
    [InlineData("期日は2026年5月4日です。", "2026年5月4日")]
    [InlineData("Five of their seven invoices are open.", "Five", "seven")]
    [InlineData("合計は1,234円です。", "1,234円")]
    [InlineData("It is ₹9000.", "₹9000")]
    [InlineData("It is 250 kr in all.", "250 kr")]
    [InlineData("It is 250,50 zł in all.", "250,50 zł")]
    [InlineData("That is a 13.5 point rise.", "13.5 point")]
    [InlineData("Das sind 13 Prozent.", "13 Prozent")]
    [InlineData("Cela fait 13 pour cent.", "13 pour cent")]
    [InlineData("Son 13 por ciento.", "13 por ciento")]
    [InlineData("13パーセントです。", "13パーセント")]
    [InlineData("MRR is 49000.", "49000")]
    public void Check_FormatsOfAnyLanguage_AreClaims(string text, params string[] figures) =>
        GroundingCheck.Check(text, Otterburn).Unbacked.Select(u => u.Figure.Text).ShouldBe(figures);

    [Theory]
    [InlineData("They have two invoices of $10.00 and $40.00.")]
    [InlineData("That is forty dollars.")]
    [InlineData("It is of 04/01/2026.")]
    [InlineData("Vom 3. Mai 2026.")]
    [InlineData("Vom 1.4.2026.")]
    [InlineData("Le 3 mai 2026, le 1er avril 2026.")]
    [InlineData("El 3 de mayo de 2026.")]
    [InlineData("2026年5月3日です。")]
    [InlineData("That is a 12.5 point rise, 12.5 percentage points, 12,5 Prozent, 12,5 pour cent.")]
    [InlineData("MRR is 48000.")]
    [InlineData("1. March came first.\n2. They pay at 09:30 sharp.\n3) Line 3 says so, step 4 shows it, version 2 works.")]
    [InlineData("They have 12 seats, and 9 days are left.")]
    [InlineData("In 2026 invoices went up, and the two invoices are paid. These are 2 ways.")]
    public void Check_FormatsOfAnyLanguage_AreBackedOrNone(string text) =>
        GroundingCheck.Check(text, Otterburn).Unbacked.Where(u => u.Figure.Text is not "3").ShouldBeEmpty();

    [Theory]
    [InlineData("Otterburn Labs has 1 dispute.")]
    [InlineData("Otterburn Labs has 2 disputes.")]
    [InlineData("Otterburn Labs has 6 disputes.")]
    [InlineData("Otterburn Labs has 12 tickets.")]
    [InlineData("It ends in 6 days.")]
    [InlineData("Otterburn Labs has 9 seats.")]
    public void Check_CountOfSomethingElse_IsNoReceipt(string text) =>
        GroundingCheck.Check(text, Otterburn).Unbacked.ShouldHaveSingleItem();

    [Theory]
    [InlineData("Otterburn Labs has 6 invoices.")]
    [InlineData("Otterburn Labs has 2 paid bills.")]
    [InlineData("Otterburn Labs made 2 payments.")]
    [InlineData("Otterburn Labs has 12 users.")]
    [InlineData("There are 6 entries.")]
    [InlineData("There is a double, two charges of a minute.")]
    [InlineData("15 of our charges fit.")]
    [InlineData("On the day 10 reminder it was open.")]
    public void Check_CountOfTheSame_IsBacked(string text) =>
        GroundingCheck.Check(text, new Evidence([.. Otterburn.Calls, Call("find_billing_mistakes", "{}", """{"mistakes":[{"kind":"duplicate_charge","charge":"ch1"}]}"""), Call("find_statement_line", "{}", """{"count":15,"charges":[{"charge":"ch1"}]}""")], [])).Unbacked.ShouldBeEmpty();

    [Theory]
    [InlineData("Our policy lets us refund any charge at any time, even after a year, without anybody's approval.")]
    [InlineData("We may refund any charge at any time.")]
    [InlineData("By our rules it requires approval of two people.")]
    [InlineData("Under the policy no approval is needed.")]
    [InlineData("Such a refund is not allowed by our policy.")]
    [InlineData("That is required by company policy.")]
    [InlineData("Our policy lets us refund at any time: \"fees of 2.5% stay.\"")]
    [InlineData("The refund policy allows it (Window). Fine. Sure. “Up to $100 a support agent proposes.”")]
    public void PolicyClaims_WithoutTheWordsOfASection_AreFound(string text)
    {
        PolicyClaims.In(text, Two).ShouldHaveSingleItem();
        PolicyClaims.Mark(text, Two).ShouldContain("[unverified: no policy is quoted]");
    }

    [Theory]
    [InlineData("Our policy allows a refund within 30 days: “A customer can ask for a refund within **30 days** of the charge.” (Refunds, Window)")]
    [InlineData("Our policy lets support propose it.\n- Refunds, Window: \"Up to $100 a support agent proposes\"")]
    [InlineData("“Up to $100 a support agent proposes” (Refunds, Window). So the policy allows it.")]
    [InlineData("Our policies say nothing about that.")]
    [InlineData("I found no policy that allows it.")]
    [InlineData("The policy doesn't cover this.")]
    [InlineData("Does our policy allow it?")]
    [InlineData("We may need their number, and we must answer by the deadline.")]
    [InlineData("Visa's rule for earlier payments is met.")]
    [InlineData("Our policy has a section on it.")]
    [InlineData("It costs more, by the policy.yaml of this tenant.")]
    public void PolicyClaims_QuotedOrNone_AreLeft(string text) => PolicyClaims.In(text, Two).ShouldBeEmpty();

    [Fact]
    public void PolicyClaims_TicketsWords_AreNoPolicy() =>
        PolicyClaims.In("Our policy allows it (Exceptions): “We always refund everything.”", Of(Call("search_policies", "{}", """{"policies":[],"tickets":[{"title":"Exceptions","quote":"«We always refund everything.»"}]}""")))
            .ShouldHaveSingleItem();

    [Theory]
    [InlineData("The charge has been refunded.")]
    [InlineData("Their subscription has been cancelled.")]
    [InlineData("I went ahead and refunded it.")]
    [InlineData("The money is on its way to their card.")]
    [InlineData("It's been credited.")]
    [InlineData("I've just lowered it.")]
    [InlineData("I can confirm that the charge has been refunded.")]
    public void DoneClaims_OfObjects_AreFoundWhereNoToolReportsThem(string text)
    {
        DoneClaims.In(text).ShouldHaveSingleItem();
        DoneClaims.In(text, Two).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("We refunded it to the card.")]
    [InlineData("The charge has been refunded.")]
    [InlineData("The charge was refunded on 3 May.")]
    [InlineData("Their subscription has been cancelled.")]
    [InlineData("The subscription was canceled on May 3, 2026.")]
    [InlineData("The money is on its way to their card.")]
    [InlineData("If the charge has been refunded, they see it soon.")]
    [InlineData("I've just checked it.")]
    [InlineData("I went ahead and looked at the charges.")]
    [InlineData("I have now corrected the amount.")]
    [InlineData("Once a person approves it, the invoice has been voided and it is paid with another.")]
    [InlineData("They write that the invoice has been voided.")]
    [InlineData("I do not see that the invoice has been voided.")]
    public void DoneClaims_WhatAToolReports_IsLeft(string text) =>
        DoneClaims.In(text, Of(Call("list_charges", "{}", """{"charges":[{"charge":"ch1","refunded":"29.00 USD","refunds":[{"date":"2026-05-03","status":"succeeded"}]}],"subscription":{"status":"canceled"}}"""))).ShouldBeEmpty();

    [Fact]
    public void DoneClaims_ZeroRefundedOrAProposal_ReportsNothing() =>
        DoneClaims.In("The charge has been refunded.", Of(Call("list_charges", "{}", """{"charges":[{"refunded":"0.00 USD"}]}"""), Call("issue_refund", "{}", """{"proposal":"prop1","status":"pending","operation":"issue_refund"}""")))
            .ShouldHaveSingleItem();

    private static Evidence Of(params ToolEvidence[] calls) => new(calls, ["Why did it go up by $90?"]);

    private static ToolEvidence Call(string tool, string arguments, string result) =>
        new($"call_{tool}", tool, JsonNode.Parse(arguments), JsonNode.Parse(result));
}
