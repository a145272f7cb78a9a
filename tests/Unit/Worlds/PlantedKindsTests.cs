using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

/// <summary>What was planted in usage, plans, bills and finance files is there, and has its look-alikes.</summary>
public sealed class PlantedKindsTests
{
    private static readonly string[] Kinds =
    [
        "missing", "duplicate", "amount", "fee", "currency", "timing", "orphan_refund", "unmatched_transfer", "wrong_application_fee",
        "reversed_payout", "unbooked_dispute", "negative_balance_carry", "rounding", "mistagged_account",
    ];

    public static TheoryData<int> Seeds => SeededWorlds.Seeds;

    [Fact]
    public void Discrepancies_OverSeeds_AreOfAllKinds()
    {
        SeededWorlds.Faults(world =>
        {
            var planted = world.Entries("discrepancies").CountBy(entry => entry.Id("kind")).ToDictionary();
            var alike = world.Entries("discrepancy_look_alikes").CountBy(entry => entry.Id("kind")).ToDictionary();
            return Kinds
                .Where(kind => planted.GetValueOrDefault(kind) == 0 || alike.GetValueOrDefault(kind) < planted[kind])
                .Select(kind => $"{kind}: {planted.GetValueOrDefault(kind)} planted, {alike.GetValueOrDefault(kind)} alike");
        }).ShouldBeEmpty();
    }

    [Fact]
    public void UsageAnomalies_OverSeeds_HaveAsManyLookAlikesOfEachKind() => SeededWorlds.Faults(world =>
    {
        var alike = world.Entries("usage_look_alikes").CountBy(entry => entry.Id("looks_like")).ToDictionary();
        return world.Entries("usage_anomalies").CountBy(entry => entry.Id("kind"))
            .Where(kind => alike.GetValueOrDefault(kind.Key) < kind.Value)
            .Select(kind => $"{kind.Key}: {kind.Value} planted, {alike.GetValueOrDefault(kind.Key)} alike");
    }).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Discrepancies_AllFourteenKinds_ArePlantedWithLookAlikes(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var planted = world.Entries("discrepancies").Select(entry => entry.Id("kind")).ToList();
        Kinds.Except(planted).ShouldBeEmpty();
        planted.Except(Kinds).ShouldBeEmpty();
        Kinds.Except(world.Entries("discrepancy_look_alikes").Select(entry => entry.Id("kind"))).ShouldBeEmpty();
        world.Entries("discrepancy_look_alikes").Count.ShouldBeGreaterThanOrEqualTo(planted.Count);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Books_AgainstTheMovements_DifferExactlyWhereThePlantedSay(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var booked = Lines(world, "finance/books/").Select(line => (Reference: line[3], Net: line[9], Currency: line[6], On: line[1], Account: line[5])).ToLookup(line => line.Reference);
        var planted = world.Entries("discrepancies").Where(entry => entry.Text("kind") is not ("wrong_application_fee" or "reversed_payout")).Select(entry => entry.Id("reference")).ToHashSet();
        var (opens, closes) = (Unix(2026, 9), Unix(2026, 11));
        var movements = world.Account.All("balance_transaction")
            .Where(movement => movement.Whole("created") >= opens && movement.Whole("created") < closes && movement.Text("type") is not ("payout" or "payout_failure"))
            .ToLookup(movement => movement.Id("source"));
        foreach (var movement in movements)
        {
            var right = movement.Select(one => (Money(one.Whole("net"), one.Id("currency")), one.Id("currency").ToUpperInvariant(), Date(one.Whole("created")))).Order();
            var found = booked[movement.Key].Select(line => (line.Net, line.Currency, line.On)).Order();
            var account = world.Account.Find(movement.Key)?.Text("account");
            var agrees = right.SequenceEqual(found) && booked[movement.Key].All(line => account is null || line.Account == account);
            agrees.ShouldBe(!planted.Contains(movement.Key), movement.Key);
        }

        var payouts = world.Account.All("payout").Select(payout => payout.Id()).ToHashSet();
        booked.Select(line => line.Key).Where(reference => !movements.Contains(reference) && !payouts.Contains(reference) && !planted.Contains(reference)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Statements_LinesAndBalances_AddUpInCsvAndCamt(int seed)
    {
        var world = SeededWorlds.Of(seed);
        foreach (var file in world.Files.Where(file => file.Path.StartsWith("finance/bank/", StringComparison.Ordinal) && file.Path.EndsWith(".csv", StringComparison.Ordinal)))
        {
            var rows = file.Text.TrimEnd('\n').Split('\n').Skip(1).Select(Fields).ToList();
            for (var i = 1; i < rows.Count; i++)
            {
                (Number(rows[i - 1][7]) + Number(rows[i][5])).ShouldBe(Number(rows[i][7]));
            }
        }

        var camt = world.Files.Where(file => file.Path.EndsWith(".xml", StringComparison.Ordinal)).ToList();
        camt.Count.ShouldBe(2);
        foreach (var file in camt)
        {
            XNamespace iso = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
            var statement = XDocument.Parse(file.Text).Root!.Element(iso + "BkToCstmrStmt")!.Element(iso + "Stmt")!;
            var balances = statement.Elements(iso + "Bal").Select(balance => Signed(balance, iso)).ToList();
            (balances[0] + statement.Elements(iso + "Ntry").Sum(entry => Signed(entry, iso))).ShouldBe(balances[1]);
        }

        world.Entries("bank_statement_errors").Select(entry => entry.Id("kind")).Distinct().Count().ShouldBe(7);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Statements_EveryPaidPayout_IsInThemByTraceOrIsAnErrorOfTheBank(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var text = string.Join('\n', world.Files.Where(file => file.Path.StartsWith("finance/bank/", StringComparison.Ordinal)).Select(file => file.Text));
        var errors = world.Entries("bank_statement_errors").Select(entry => entry.Text("payout")).ToHashSet();
        foreach (var payout in world.Account.All("payout").Where(payout => payout.Text("status") == "paid" && payout.Whole("arrival_date") >= Unix(2026, 9) && payout.Whole("arrival_date") < Unix(2026, 11)))
        {
            (text.Contains(payout["trace_id"]!.AsObject().Id("value"), StringComparison.Ordinal) || errors.Contains(payout.Id())).ShouldBeTrue(payout.Id());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Usage_ReportedToTheMeter_IsWhatWasInvoicedAndShowsThePlanted(int seed)
    {
        var world = SeededWorlds.Of(seed);
        world.Entries("usage_anomalies").Select(entry => entry.Id("kind")).Distinct().Order().ShouldBe(["double_reporting", "drift", "drop", "spike", "stuck_meter"]);
        world.Entries("usage_look_alikes").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("usage_anomalies").Count);
        var reports = world.Account.All("billing.meter_event").ToLookup(report => report["payload"]!.AsObject().Id("stripe_customer_id"));
        foreach (var entry in world.Entries("usage_anomalies").Concat(world.Entries("usage_look_alikes")))
        {
            var invoices = world.Account.All("invoice").Where(invoice => invoice.Text("customer") == entry.Id("customer")).ToList();
            foreach (var line in invoices.Skip(1).Select(invoice => invoice.Rows("lines").Where(line => line.Id("description").Contains("(Tier ", StringComparison.Ordinal)).ToList()))
            {
                var period = line[0]["period"]!.AsObject();
                var reported = reports[entry.Id("customer")].Where(report => report.Whole("timestamp") >= period.Whole("start") && report.Whole("timestamp") < period.Whole("end"))
                    .Sum(report => long.Parse(report["payload"]!.AsObject().Id("value"), CultureInfo.InvariantCulture));
                line.Sum(tier => tier.Whole("quantity")).ShouldBe(reported);
            }
        }

        var twice = world.Entries("usage_anomalies").Single(entry => entry.Text("kind") == "double_reporting");
        reports[twice.Id("customer")].GroupBy(report => Date(report.Whole("timestamp"))).Where(day => day.Count() == 2)
            .All(day => day.Select(report => report["payload"]!.AsObject().Id("value")).Distinct().Count() == 1).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Bills_PlantedAsWrong_DifferAndTheUnusualDoNot(int seed)
    {
        var world = SeededWorlds.Of(seed);
        world.Entries("wrong_prorations").ShouldAllBe(entry => entry.Whole("difference") != 0);
        world.Entries("unusual_prorations").ShouldAllBe(entry => entry.Whole("difference") == 0);
        world.Entries("unusual_prorations").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("wrong_prorations").Count);
        world.Entries("no_discount_due").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("missed_discounts").Count);
        foreach (var entry in world.Entries("missed_discounts"))
        {
            var invoice = world.Account.Find(entry.Id("invoice"))!;
            var subscription = world.Account.Find(entry.Id("subscription"))!;
            invoice.Rows("total_discount_amounts").ShouldBeEmpty();
            invoice["discounts"]!.AsArray().ShouldBeEmpty();
            subscription["discounts"]!.AsArray().Count.ShouldBe(1);
            entry.Whole("missed").ShouldBeGreaterThan(0);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Futures_OfCustomers_AreToldWithSignalsAndAsManyStay(int seed)
    {
        var world = SeededWorlds.Of(seed);
        world.Entries("will_churn").ShouldAllBe(entry => entry["signals"]!.AsArray().Count > 0 && entry.Text("leaves_on") != null);
        world.Entries("will_stay").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("will_churn").Count);
        world.Entries("plan_driver_look_alikes").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("plan_drivers").Count);
        world.Entries("payers").Select(entry => entry.Text("invoice")).ShouldBe(world.Entries("failed_invoices").Select(entry => entry.Text("invoice")));
        world.Entries("payers").Select(entry => entry.Id("cause")).Distinct().Count().ShouldBeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public void Payers_OverSeeds_DifferAndSometimesOnlyTimeHelps()
    {
        var worlds = Enumerable.Range(1, 12).Select(seed => SeededWorlds.Of(seed).Truth).ToList();
        worlds.Count(truth => (string?)truth["best_payment_policy"] == "fixed_schedule").ShouldBeInRange(1, 8);
        worlds.Where(truth => (string?)truth["best_payment_policy"] == "fixed_schedule")
            .ShouldAllBe(truth => truth["payers"]!.AsArray().All(payer => !(bool)payer!["will_pay_if_asked"]!));
        worlds.Select(truth => string.Join(',', truth["payers"]!.AsArray().Select(payer => (bool)payer!["will_pay"]!))).Distinct().Count().ShouldBeGreaterThan(4);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Inbox_Tickets_AreThreeHundredAllDifferentAndSayNotWhatTheyAre(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var tickets = world.Files.Where(file => file.Path.StartsWith("helpdesk/", StringComparison.Ordinal)).ToDictionary(file => file.Path, file => file.Text);
        var labels = world.Entries("ticket_labels");
        labels.Count.ShouldBeGreaterThanOrEqualTo(300);
        var harmless = world.Entries("hostile_look_alikes").Where(entry => entry.Text("label") is not null);
        labels.Concat(harmless).Select(label => label.Id("document")).Order(StringComparer.Ordinal).ShouldBe(tickets.Keys.Order(StringComparer.Ordinal));
        tickets.Values.Select(text => text.Split("---\n", 3)[2]).Distinct().Count().ShouldBe(tickets.Count);
        labels.Where(label => label.Id("label").Contains('_')).ShouldAllBe(label => !tickets[label.Id("document")].Contains(label.Id("label")));
        tickets.Values.ShouldAllBe(text => !text.Contains('{'));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void HostileTexts_HaveAsManyThatOnlyLookSo_InEachPlace(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var (planted, alike) = (world.Entries("hostile"), world.Entries("hostile_look_alikes"));
        foreach (var place in planted.GroupBy(entry => entry.Id("where")))
        {
            alike.Count(entry => entry.Id("where") == place.Key).ShouldBeGreaterThanOrEqualTo(place.Count(), place.Key);
        }

        var ofInbox = world.Entries("ticket_labels").Count(label => label.Text("label") == "hostile");
        alike.Count(entry => entry.Text("label") is not null).ShouldBe(ofInbox);
        foreach (var entry in planted.Concat(alike))
        {
            var read = entry.Text("document") is { } path
                ? world.Documents.Concat(world.Files).Single(document => document.Path == path).Text
                : world.Account.Find(entry.Id(entry.Id("where") == "invoice.description" ? "invoice" : "customer"))!.ToJsonString(Plain);
            var text = entry.Text("document") is null ? JsonSerializer.Serialize(entry.Id("text"), Plain)[1..^1] : "status:";
            read.Contains(text, StringComparison.Ordinal).ShouldBeTrue($"{text} in {read}");
        }
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<string[]> Lines(World world, string folder) => world.Files
        .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal))
        .SelectMany(file => file.Text.TrimEnd('\n').Split('\n').Skip(1))
        .Select(Fields);

    /// <summary>The fields of a line of which only one may be quoted.</summary>
    private static string[] Fields(string line)
    {
        var open = line.IndexOf('"', StringComparison.Ordinal);
        var close = line.LastIndexOf('"');
        return open < 0 ? line.Split(',') : [.. line[..open].TrimEnd(',').Split(','), line[(open + 1)..close], .. line[(close + 2)..].Split(',')];
    }

    private static decimal Signed(XElement element, XNamespace iso) =>
        Number(element.Element(iso + "Amt")!.Value) * (element.Element(iso + "CdtDbtInd")!.Value == "DBIT" ? -1 : 1);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string Money(long amount, string currency)
    {
        var decimals = currency switch { "jpy" => 0, "kwd" => 3, _ => 2 };
        return (amount / (decimal)Math.Pow(10, decimals)).ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static string Date(long unix) => DateTimeOffset.FromUnixTimeSeconds(unix).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Unix(int year, int month) => new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
}
