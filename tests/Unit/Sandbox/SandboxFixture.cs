using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Worlds;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Stripe;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>A sandbox over an empty world, driven by Stripe's client.</summary>
internal sealed class SandboxFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private SandboxFixture(SandboxServer server)
    {
        Server = server;
        Http = new HttpClient { BaseAddress = server.BaseAddress };
        Admin = Client(SandboxKeys.Admin);
    }

    public SandboxServer Server { get; }

    public StripeClient Admin { get; }

    public HttpClient Http { get; }

    public static Task<SandboxFixture> StartAsync(string? data = null, int seed = 1, TimeProvider? clock = null) =>
        StartAsync(new SandboxOptions { DataDirectory = data, Seed = seed, WebhookRetryDelays = [TimeSpan.FromMilliseconds(20)] }, clock);

    public static async Task<SandboxFixture> StartAsync(SandboxOptions options, TimeProvider? clock = null)
    {
        var world = new World(options.World, options.Seed, options.Size, Start, new AccountState("acct_1SandboxTests000"), WorldTold.Nothing);
        return new SandboxFixture(await SandboxServer.StartAsync(world, options, clock ?? new FakeTimeProvider(Start.AddDays(100))));
    }

    /// <summary>Over a generated world.</summary>
    public static async Task<SandboxFixture> OfWorldAsync(int seed, string? data = null, string size = "small") => new(await SandboxServer.StartAsync(
        new SandboxOptions { Seed = seed, Size = size, DataDirectory = data, CacheDirectory = Worlds.SeededWorlds.Folder }, new FakeTimeProvider(Start.AddDays(100))));

    /// <summary>Every object of a list, page by page, in the order the API gives.</summary>
    public async Task<List<JsonObject>> AllAsync(string path)
    {
        var all = new List<JsonObject>();
        for (var more = true; more;)
        {
            var after = all.Count == 0 ? "" : $"&starting_after={(string?)all[^1]["id"]}";
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}{(path.Contains('?') ? '&' : '?')}limit=100{after}");
            request.Headers.Authorization = new("Bearer", SandboxKeys.Admin);
            using var response = await Http.SendAsync(request);
            var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
            response.IsSuccessStatusCode.ShouldBeTrue(page.ToJsonString());
            all.AddRange(page["data"]!.AsArray().Select(o => o!.DeepClone().AsObject()));
            more = (bool)page["has_more"]!;
        }

        return all;
    }

    public static async Task<SandboxFixture> StartAsync(World world, TimeProvider clock) =>
        new(await SandboxServer.StartAsync(world, new SandboxOptions { World = world.Name, Seed = world.Seed, Size = world.Size }, clock));

    /// <summary>Lets time pass up to an instant.</summary>
    public Task<JsonObject> UntilAsync(DateTime instant) => ControlAsync("clock", new { now = new DateTimeOffset(instant).ToUnixTimeSeconds() });

    public StripeClient Client(string key, int retries = 0) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = Server.BaseAddress.ToString().TrimEnd('/'),
        FilesBase = Server.BaseAddress.ToString().TrimEnd('/'),
        HttpClient = new SystemNetHttpClient(maxNetworkRetries: retries, enableTelemetry: false),
    });

    public async Task<JsonObject> ControlAsync(string path, object? body = null)
    {
        using var response = body is null ? await Http.GetAsync($"_sandbox/{path}") : await Http.PostAsJsonAsync($"_sandbox/{path}", body);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        response.IsSuccessStatusCode.ShouldBeTrue(answer.ToJsonString());
        return answer;
    }

    /// <summary>Gives a customer a discount, as only a world can: no parameter of Stripe's does it any more.</summary>
    public void GiveDiscount(string customer, string coupon)
    {
        var account = Server.World.Account;
        var discount = DiscountObject.Create("di_1" + customer["cus_".Length..].PadLeft(23, '0'), coupon, customer, Start.ToUnixTimeSeconds());
        account.Put(discount);
        account.Find(customer)!["discount"] = discount.Id();
    }

    public async Task<JsonArray> EffectsAsync() => (await ControlAsync("ledger"))["effects"]!.AsArray();

    public Task<Customer> CustomerAsync(string? card = "pm_card_visa", string? name = null) => CustomerAsync(Admin, card, name);

    public async Task<Price> PriceAsync(long amount = 3000) => await Admin.V1.Prices.CreateAsync(new PriceCreateOptions
    {
        Currency = "usd",
        UnitAmount = amount,
        Recurring = new PriceRecurringOptions { Interval = "month" },
        ProductData = new PriceProductDataOptions { Name = "Team" },
    });

    public async Task<Subscription> SubscriptionAsync(string customer, string price, long quantity = 1) =>
        await Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer,
            Items = [new SubscriptionItemOptions { Price = price, Quantity = quantity }],
        });

    /// <summary>A payment by card, with its balance transaction.</summary>
    public async Task<Charge> ChargeAsync(long amount, string currency = "usd", string card = "pm_card_visa")
    {
        var intent = await Admin.V1.PaymentIntents.CreateAsync(
            new PaymentIntentCreateOptions { Amount = amount, Currency = currency, PaymentMethod = card, Confirm = true });
        return await Admin.V1.Charges.GetAsync(intent.LatestChargeId, new ChargeGetOptions { Expand = ["balance_transaction"] });
    }

    /// <summary>A customer with a paid invoice of this amount.</summary>
    public async Task<Invoice> PaidInvoiceAsync(long amount = 3000)
    {
        var customer = await CustomerAsync();
        var subscription = await SubscriptionAsync(customer.Id, (await PriceAsync(amount)).Id);
        return await Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId);
    }

    /// <summary>An open invoice of this amount.</summary>
    public async Task<Invoice> OpenInvoiceAsync(long amount = 3000, string? card = "pm_card_visa")
    {
        var customer = await CustomerAsync(card);
        await Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = amount, Currency = "usd", Description = "Setup" });
        var draft = await Admin.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, PendingInvoiceItemsBehavior = "include" });
        return await Admin.V1.Invoices.FinalizeInvoiceAsync(draft.Id);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    private static async Task<Customer> CustomerAsync(StripeClient client, string? card, string? name)
    {
        var customer = await client.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = name ?? "Acme", Email = "billing@acme.test" });
        if (card is null)
        {
            return customer;
        }

        var method = await client.V1.PaymentMethods.AttachAsync(card, new PaymentMethodAttachOptions { Customer = customer.Id });
        return await client.V1.Customers.UpdateAsync(customer.Id, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = method.Id },
        });
    }
}
