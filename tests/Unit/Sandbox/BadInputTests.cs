using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Bad input gets Stripe's status, type, code and param.</summary>
public sealed class BadInputTests
{
    private const string Invalid = "invalid_request_error";

    /// <summary>Method and path, form, then what comes back: status, code, param. <c>{cus}</c> and the like are ids that exist.</summary>
    public static TheoryData<string, string, int, string?, string?> Requests => new()
    {
        { "GET /v1/nothing", "", 404, null, null },
        { "GET /v1/customers/cus_missing", "", 404, "resource_missing", "id" },
        { "GET /v1/invoices/{cus}", "", 404, "resource_missing", "id" },
        { "GET /v1/charges?limit=0", "", 400, "parameter_invalid_integer", "limit" },
        { "GET /v1/charges?limit=101", "", 400, "parameter_invalid_integer", "limit" },
        { "GET /v1/charges?limit=ten", "", 400, "parameter_invalid_integer", "limit" },
        { "GET /v1/charges?created[gte]=yesterday", "", 400, "parameter_invalid_integer", "created" },
        { "GET /v1/charges?starting_after=ch_missing", "", 400, "resource_missing", "starting_after" },
        { "GET /v1/charges?colour=red", "", 400, "parameter_unknown", "colour" },
        { "GET /v1/customers?expand[]=data.nothing", "", 400, null, "expand" },
        { "GET /v1/customers/{cus}?expand[]=a.b.c.d.e", "", 400, null, "expand" },
        { "GET /v1/customers/search?query=colour:'red'", "", 400, null, "query" },
        { "GET /v1/customers/search", "", 400, "parameter_missing", "query" },
        { "POST /v1/customers", "nick=Acme", 400, "parameter_unknown", "nick" },
        { "POST /v1/customers", "address[planet]=Mars&name=", 400, "parameter_unknown", "address[planet]" },
        { "POST /v1/customers", "tax[ip_address]=127.0.0.1", 400, "parameter_unsupported", "tax" },
        { "POST /v1/customers", "balance=much", 400, "parameter_invalid_integer", "balance" },
        { "POST /v1/customers", "metadata=text", 400, "parameter_invalid_object", "metadata" },
        { "POST /v1/customers", "metadata[{40}x]=1", 400, null, "metadata[{40}x]" },
        { "POST /v1/customers", "metadata[key]={500}x", 400, null, "metadata[key]" },
        { "POST /v1/customers", "{51 keys}", 400, null, "metadata" },
        { "POST /v1/customers/{cus}", "invoice_settings[default_payment_method]=pm_missing", 400, "resource_missing", "invoice_settings[default_payment_method]" },
        { "POST /v1/products", "", 400, "parameter_missing", "name" },
        { "POST /v1/products", "name=A&active=maybe", 400, "parameter_invalid_boolean", "active" },
        { "POST /v1/prices", "currency=usd&unit_amount=100&product=prod_missing", 400, "resource_missing", "product" },
        { "POST /v1/prices", "currency=zzz&unit_amount=100&product_data[name]=A", 400, null, "currency" },
        { "POST /v1/prices", "currency=usd&product_data[name]=A", 400, "parameter_missing", "unit_amount" },
        { "POST /v1/prices", "currency=usd&unit_amount=1&product_data[name]=A&recurring[interval]=fortnight", 400, null, "recurring[interval]" },
        { "POST /v1/prices", "currency=usd&product_data[name]=A&billing_scheme=tiered&tiers_mode=volume&tiers[0][up_to]=5&tiers[0][unit_amount]=1", 400, null, "tiers[0][up_to]" },
        { "POST /v1/coupons", "duration=once", 400, "parameter_missing", "percent_off" },
        { "POST /v1/coupons", "percent_off=120", 400, null, "percent_off" },
        { "POST /v1/coupons", "amount_off=100", 400, "parameter_missing", "currency" },
        { "POST /v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=NOPE", 400, "resource_missing", "promotion[coupon]" },
        { "POST /v1/payment_intents", "amount=0&currency=usd", 400, "parameter_invalid_integer", "amount" },
        { "POST /v1/payment_intents", "currency=usd", 400, "parameter_missing", "amount" },
        { "POST /v1/payment_intents", "amount=100&currency=usd&application_fee_amount=10", 400, null, "application_fee_amount" },
        { "POST /v1/payment_intents", "amount=100&currency=usd&transfer_data[destination]=acct_missing", 400, "resource_missing", "transfer_data[destination]" },
        { "POST /v1/refunds", "charge=ch_missing", 400, "resource_missing", "charge" },
        { "POST /v1/refunds", "", 400, "parameter_missing", null },
        { "POST /v1/refunds", "charge={ch}&amount=-5", 400, "parameter_invalid_integer", "amount" },
        { "POST /v1/refunds", "charge={ch}&reason=mood", 400, null, "reason" },
        { "POST /v1/invoices", "customer={cus}&collection_method=send_invoice", 400, "parameter_missing", "days_until_due" },
        { "POST /v1/invoices", "customer={cus}&discounts[0][coupon]=NOPE", 400, "resource_missing", "discounts[0][coupon]" },
        { "POST /v1/invoiceitems", "customer={cus}&currency=usd", 400, "parameter_missing", "amount" },
        { "POST /v1/subscriptions", "customer={cus}", 400, "parameter_missing", "items" },
        { "POST /v1/subscriptions", "customer={cus}&items[0][price]=price_missing", 400, "resource_missing", "items[price]" },
        { "POST /v1/subscriptions", "customer={cus}&items[0][plan]=gold", 400, "parameter_unsupported", "items[0][plan]" },
        { "POST /v1/subscriptions", "customer={cus}&collection_method=barter", 400, null, "collection_method" },
        { "POST /v1/subscriptions", "customer={cus}&payment_behavior=pending_if_incomplete", 400, null, "payment_behavior" },
        { "POST /v1/customers", "tax_exempt=maybe", 400, null, "tax_exempt" },
        { "POST /v1/customers", "invoice_settings[rendering_options][amount_tax_display]=include_inclusive_tax", 400, "parameter_unsupported", "invoice_settings[rendering_options]" },
        { "POST /v1/payment_intents", "amount=100&currency=usd&confirmation_method=manual", 400, "parameter_unsupported", "confirmation_method" },
        { "POST /v1/invoices/create_preview", "customer={cus}&preview_mode=recurring", 400, "parameter_unsupported", "preview_mode" },
        { "POST /v1/subscription_schedules", "customer={cus}", 400, "parameter_missing", "phases" },
        { "POST /v1/billing/meter_events", "event_name=nothing&payload[value]=1", 400, "resource_missing", "event_name" },
        { "POST /v1/billing/meters", "display_name=A&event_name=a&default_aggregation[formula]=median", 400, null, "default_aggregation[formula]" },
        { "POST /v1/payouts", "amount=5&currency=usd", 400, "balance_insufficient", null },
        { "POST /v1/transfers", "amount=5&currency=usd&destination=acct_missing", 400, "resource_missing", "destination" },
        { "POST /v1/disputes/du_missing", "", 404, "resource_missing", "dispute" },
        { "POST /v1/webhook_endpoints", "url=nowhere&enabled_events[]=*", 400, "url_invalid", "url" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_WithAFault_IsRefusedAsStripeDoes(string request, string form, int status, string? code, string? param)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await sandbox.ChargeAsync(1000);
        var ids = new Dictionary<string, string>
        {
            ["{cus}"] = (await sandbox.CustomerAsync(card: null)).Id,
            ["{ch}"] = charge.Id,
            ["{40}x"] = new string('x', 41),
            ["{500}x"] = new string('x', 501),
            ["{51 keys}"] = string.Join('&', Enumerable.Range(0, 51).Select(i => $"metadata[k{i}]=1")),
        };

        var (answered, error) = await SendAsync(sandbox, Fill(request), Fill(form));

        answered.ShouldBe(status, error.ToJsonString());
        ((string?)error["type"]).ShouldBe(Invalid);
        ((string?)error["code"]).ShouldBe(code, error.ToJsonString());
        ((string?)error["param"]).ShouldBe(param is null ? null : Fill(param), error.ToJsonString());
        ((string?)error["message"]).ShouldNotBeNullOrWhiteSpace();

        string Fill(string text) => ids.Aggregate(text, (t, id) => t.Replace(id.Key, id.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tax[ip_address]=127.0.0.1", null)]
    [InlineData("colour=red", "https://stripe.com/docs/error-codes/parameter-unknown")]
    public async Task Error_OfACodeThatIsNotStripes_NamesNoPageOfTheirs(string form, string? page)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (_, error) = await SendAsync(sandbox, "POST /v1/customers", form);

        ((string?)error["doc_url"]).ShouldBe(page);
    }

    [Theory]
    [InlineData(null, null, 401, null)]
    [InlineData("sk_" + "test_other", null, 401, null)]
    [InlineData(SandboxKeys.Read, null, 403, null)]
    [InlineData(SandboxKeys.Admin, "acct_1Foreign0000000000", 403, "account_invalid")]
    public async Task Request_WithoutTheRight_IsRefused(string? key, string? account, int status, string? code)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (answered, error) = await SendAsync(sandbox, "POST /v1/products", "name=A", key, account);

        answered.ShouldBe(status, error.ToJsonString());
        ((string?)error["type"]).ShouldBe(Invalid);
        ((string?)error["code"]).ShouldBe(code);
    }

    private static async Task<(int Status, JsonObject Error)> SendAsync(
        SandboxFixture sandbox, string request, string form, string? key = SandboxKeys.Admin, string? account = null)
    {
        var (method, path) = (request.Split(' ')[0], request[(request.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        using var message = new HttpRequestMessage(new HttpMethod(method), path.TrimStart('/'));
        if (key is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (account is not null)
        {
            message.Headers.Add("Stripe-Account", account);
        }

        if (method == "POST")
        {
            message.Content = new StringContent(form, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        }

        using var response = await sandbox.Http.SendAsync(message);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!.AsObject());
    }
}
