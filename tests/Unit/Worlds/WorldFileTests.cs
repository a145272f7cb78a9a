using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Time;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Testing;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

/// <summary>Medium: a world that is read from its file.</summary>
[TakesLong]
public sealed class WorldFileTests(MediumWorld medium) : IClassFixture<MediumWorld>
{
    private static readonly string[] Summed = ["payout", "coupon", "bank_account"];

    private World World => medium.World;

    [Fact]
    public void Open_AgainInAnotherFolder_GivesTheSameBytes()
    {
        var folder = Directory.CreateTempSubdirectory("worlds-").FullName;
        var again = WorldCatalog.Build("lumen", 1, "medium", folder);

        SeededWorlds.Bytes(again).ShouldBe(SeededWorlds.Bytes(World));
        again.Account.Kinds.ShouldBe(World.Account.Kinds);
    }

    [Fact]
    public void Cast_InTheFile_IsTheCastOfTheSmallWorld()
    {
        var small = SeededWorlds.Of(1);
        foreach (var kind in small.Account.Kinds.Except(Summed))
        {
            foreach (var value in small.Account.All(kind).Where(value => value.Text("type") is not ("payout" or "payout_failure") && !value.Id("object").Equals("event", StringComparison.Ordinal)))
            {
                World.Account.Find(value.Id())?.ToJsonString().ShouldBe(value.ToJsonString(), kind);
            }
        }

        World.Account.All("customer").Count.ShouldBe(1_000);
        World.Account.Find("cus_00000000000000").ShouldBeNull();
    }

    [Fact]
    public void Invoices_OneInTen_AddUpAndAreFoundByTheirLinks()
    {
        var invoices = World.Account.All("invoice");
        for (var i = 0; i < invoices.Count; i += 10)
        {
            var invoice = invoices[i];
            var lines = invoice.Rows("lines").ToList();
            lines.Sum(line => line.Whole("amount")).ShouldBe(invoice.Whole("subtotal"));
            var off = lines.SelectMany(line => line.Rows("discount_amounts")).Sum(amount => amount.Whole("amount"));
            var tax = lines.SelectMany(line => line.Rows("taxes")).Sum(amount => amount.Whole("amount"));
            invoice.Whole("total").ShouldBe(invoice.Whole("subtotal") - off + tax);
            World.Account.Find(invoice.Id("customer"))!.Id().ShouldBe(invoice.Id("customer"));
        }
    }

    [Fact]
    public void Balance_OfTheFile_IsTheSumOfItsMovementsAndPayoutsOfTheirs()
    {
        var movements = World.Account.All("balance_transaction").ToList();
        MoneyIdentityTests.CheckPayouts(World.Account.All("payout"), movements);
    }

    [Fact]
    public async Task Server_OverTheFile_ListsFiltersAndKeepsChanges()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-").FullName;
        var options = new SandboxOptions { Size = "medium", CacheDirectory = medium.Folder, DataDirectory = data };
        string customer, ledger;
        await using (var server = await SandboxServer.StartAsync(options, new FakeTimeProvider()))
        {
            var client = Client(server);
            var all = await client.V1.Customers.ListAutoPagingAsync(new CustomerListOptions { Limit = 100 }).ToListAsync();
            all.Count.ShouldBe(1_000);
            all.Select(one => one.Created).ShouldBe(all.Select(one => one.Created).OrderDescending());
            customer = all[400].Id;
            await client.V1.Customers.UpdateAsync(customer, new CustomerUpdateOptions { Description = "Changed" });
            await client.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "New" });
            var open = await client.V1.Invoices.ListAsync(new InvoiceListOptions { Status = "open", Limit = 100 });
            open.Data.ShouldAllBe(invoice => invoice.Status == "open");
            open.Data.Count.ShouldBe(server.World.Account.All("invoice").Count(invoice => invoice.Text("status") == "open"));
            var back = await client.V1.Customers.ListAsync(new CustomerListOptions { Limit = 3, EndingBefore = all[10].Id });
            back.Data.Select(one => one.Id).ShouldBe(all.Skip(7).Take(3).Select(one => one.Id));
            var balance = await client.V1.Balance.GetAsync();
            foreach (var sum in World.Account.All("balance_transaction").GroupBy(movement => movement.Id("currency")))
            {
                balance.Available.Single(amount => amount.Currency == sum.Key).Amount.ShouldBe(sum.Where(movement => movement.Text("status") == "available").Sum(movement => movement.Whole("net")));
                balance.Pending.Single(amount => amount.Currency == sum.Key).Amount.ShouldBe(sum.Where(movement => movement.Text("status") == "pending").Sum(movement => movement.Whole("net")));
            }

            using var http = new HttpClient { BaseAddress = server.BaseAddress };
            ledger = await http.GetStringAsync("_sandbox/ledger");
        }

        await using var restarted = await SandboxServer.StartAsync(options, new FakeTimeProvider());
        var again = Client(restarted);
        (await again.V1.Customers.GetAsync(customer)).Description.ShouldBe("Changed");
        (await again.V1.Customers.ListAsync(new CustomerListOptions { Limit = 1 })).Data[0].Name.ShouldBe("New");
        using var late = new HttpClient { BaseAddress = restarted.BaseAddress };
        (await late.GetStringAsync("_sandbox/ledger")).ShouldBe(ledger);
    }

    [Fact]
    public void Plan_OfTheFile_IsWhatTheObjectsSay()
    {
        var account = World.Account;
        var plan = new DuePlan(DueWorks.For(() => new BillingSettings(), account), World.Now.ToUnixTimeSeconds());
        var said = plan.Kinds.Where(account.Kinds.Contains).SelectMany(kind => account.All(kind).SelectMany(value => plan.WorksOf(kind)
            .Where(work => plan.At(work, value) is not null)
            .Select(work => (At: plan.At(work, value)!.Value, Work: work, Id: value.Id())))).Order(DuePlan.Order);

        var listed = account.GeneratedPlan!;
        listed.Count.ShouldBeGreaterThan(1_000);
        Enumerable.Range(0, listed.Count).Select(i => listed[i]).ShouldBe(said);
    }

    [Fact]
    public async Task Time_OverTheFile_InOneStepOrWithARestart_GivesTheSameEvents()
    {
        var options = new SandboxOptions { Size = "medium", CacheDirectory = medium.Folder };
        var kept = options with { DataDirectory = Directory.CreateTempSubdirectory("sandbox-").FullName };
        var straight = await EventsAsync(options, "126001s");

        // Other settings than those of the file have the objects asked again.
        await EventsAsync(kept, "7h");
        await EventsAsync(kept, "1s", """{"attempts":7}""");
        (await EventsAsync(kept, "28h", """{"attempts":8}""")).ShouldBe(straight);
        straight.Count.ShouldBeGreaterThan(100);
    }

    /// <summary>Ids and types of the events once some time has passed.</summary>
    private static async Task<List<string>> EventsAsync(SandboxOptions options, string advance, string? settings = null)
    {
        await using var server = await SandboxServer.StartAsync(options, new FakeTimeProvider());
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        if (settings is not null)
        {
            using var set = await http.PostAsync("_sandbox/settings", new StringContent(settings));
            set.EnsureSuccessStatusCode();
        }

        using var answer = await http.PostAsync("_sandbox/clock", new StringContent($$"""{"advance":"{{advance}}"}"""));
        answer.EnsureSuccessStatusCode();
        return [.. server.World.Account.All("event").Where(made => made.Whole("created") > server.World.Now.ToUnixTimeSeconds()).Select(made => $"{made.Id()} {made.Text("type")}")];
    }

    private static StripeClient Client(SandboxServer server) =>
        new(new StripeClientOptions { ApiKey = SandboxKeys.Admin, ApiBase = server.BaseAddress.ToString().TrimEnd('/') });
}

/// <summary>The medium world of seed 1, built once.</summary>
public sealed class MediumWorld
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("worlds-").FullName;

    public World World { get; }

    public MediumWorld() => World = WorldCatalog.Build("lumen", 1, "medium", Folder);
}
