using System.Net;
using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class ProtocolTests
{
    [Fact]
    public async Task ListCustomers_AutoPaging_ReturnsAllNewestFirst()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        for (var i = 0; i < 7; i++)
        {
            await sandbox.CustomerAsync(card: null, name: $"Customer {i}");
        }

        List<string> names = [];
        await foreach (var customer in sandbox.Admin.V1.Customers.ListAutoPagingAsync(new CustomerListOptions { Limit = 3 }))
        {
            names.Add(customer.Name);
        }

        names.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(i => $"Customer {i}"));
    }

    [Fact]
    public async Task ListCustomers_EndingBefore_ReturnsThePageBefore()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        List<Customer> made = [];
        for (var i = 0; i < 5; i++)
        {
            made.Add(await sandbox.CustomerAsync(card: null));
        }

        var page = await sandbox.Admin.V1.Customers.ListAsync(new CustomerListOptions { Limit = 2, EndingBefore = made[0].Id });

        page.Data.Select(c => c.Id).ShouldBe([made[2].Id, made[1].Id]);
        page.HasMore.ShouldBeTrue();
    }

    [Fact]
    public async Task GetInvoice_ExpandPaymentsAndCustomer_InlinesThem()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var paid = await sandbox.PaidInvoiceAsync();

        var invoice = await sandbox.Admin.V1.Invoices.GetAsync(paid.Id, new InvoiceGetOptions
        {
            Expand = ["customer", "payments.data.payment.payment_intent"],
        });

        paid.Payments.ShouldBeNull();
        invoice.Customer.Name.ShouldBe("Acme");
        invoice.Payments.Data.Single().Payment.PaymentIntent.LatestChargeId.ShouldStartWith("ch_");
        invoice.Lines.Data.Single().Amount.ShouldBe(3000);
    }

    [Fact]
    public async Task ListCharges_ExpandData_InlinesCustomer()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.PaidInvoiceAsync();

        var charges = await sandbox.Admin.V1.Charges.ListAsync(new ChargeListOptions { Expand = ["data.customer", "data.balance_transaction"] });

        charges.Data.Single().Customer.Name.ShouldBe("Acme");
        charges.Data.Single().BalanceTransaction.Net.ShouldBe(3000 - 117);
    }

    [Fact]
    public async Task GetCustomer_UnknownId_Is404ResourceMissing()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Customers.GetAsync("cus_none"));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
        error.StripeError.Code.ShouldBe("resource_missing");
        error.StripeError.Param.ShouldBe("id");
        error.StripeResponse.RequestId.ShouldStartWith("req_");
    }

    [Theory]
    [InlineData("foo=1", "parameter_unknown", "foo")]
    [InlineData("balance=abc", "parameter_invalid_integer", "balance")]
    [InlineData("invoice_settings[nope]=1", "parameter_unknown", "invoice_settings[nope]")]
    public async Task CreateCustomer_BadParameter_NamesIt(string body, string code, string param)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (status, text) = await PostAsync(sandbox, "v1/customers", body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain($"\"code\": \"{code}\"");
        text.ShouldContain($"\"param\": \"{param}\"");
    }

    [Fact]
    public async Task UnknownEndpoint_Is404UnrecognizedUrl()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (status, text) = await PostAsync(sandbox, "v1/unicorns", "");

        status.ShouldBe(HttpStatusCode.NotFound);
        text.ShouldContain("Unrecognized request URL (POST: /v1/unicorns)");
    }

    [Fact]
    public async Task WrongKey_Is401()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Client("sk_test_wrong_key_00").V1.Customers.ListAsync());

        error.HttpStatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        error.Message.ShouldStartWith("Invalid API Key provided: sk_test_");
    }

    [Fact]
    public async Task CreateRefund_ReadKey_Is403NamingThePermission()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var reader = sandbox.Client(SandboxKeys.Read);

        var error = await Should.ThrowAsync<StripeException>(() => reader.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = "ch_x" }));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.Forbidden);
        error.Message.ShouldContain("rak_charge_write");
        (await sandbox.EffectsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateWebhookEndpoint_WriteKey_Is403()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var writer = sandbox.Client(SandboxKeys.Write);

        var error = await Should.ThrowAsync<StripeException>(() =>
            writer.V1.WebhookEndpoints.CreateAsync(new WebhookEndpointCreateOptions { Url = "http://127.0.0.1/x", EnabledEvents = ["*"] }));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task UpdateCustomer_Metadata_MergesAndDeletes()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync(card: null);
        await UpdateAsync(new() { ["a"] = "1", ["b"] = "2" });

        var updated = await UpdateAsync(new() { ["b"] = "", ["c"] = "3" });

        updated.Metadata.ShouldBe(new Dictionary<string, string> { ["a"] = "1", ["c"] = "3" }, ignoreOrder: true);
        var error = await Should.ThrowAsync<StripeException>(() => UpdateAsync(new() { [new string('k', 41)] = "1" }));
        error.StripeError.Param.ShouldStartWith("metadata[kkk");

        Task<Customer> UpdateAsync(Dictionary<string, string> metadata) =>
            sandbox.Admin.V1.Customers.UpdateAsync(customer.Id, new CustomerUpdateOptions { Metadata = metadata });
    }

    [Fact]
    public async Task DeleteCustomer_ThenGet_IsADeletedStub()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync(card: null);

        await sandbox.Admin.V1.Customers.DeleteAsync(customer.Id);

        (await sandbox.Admin.V1.Customers.GetAsync(customer.Id)).Deleted.ShouldBe(true);
        (await sandbox.Admin.V1.Customers.ListAsync()).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task SearchCustomers_ByNameAndMetadata_FindsOne()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.CustomerAsync(card: null, name: "Blue Harbor");
        var wanted = await sandbox.CustomerAsync(card: null, name: "Blue Ridge");
        await sandbox.Admin.V1.Customers.UpdateAsync(wanted.Id, new CustomerUpdateOptions { Metadata = new() { ["tier"] = "gold" } });

        var found = await sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = "name~\"blue\" AND metadata[\"tier\"]:\"gold\"" });
        var either = await sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = "name:\"Blue Ridge\" OR name:\"Blue Harbor\"", Limit = 1 });

        found.Data.Select(c => c.Id).ShouldBe([wanted.Id]);
        either.HasMore.ShouldBeTrue();
        (await sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = "name:\"Blue Ridge\" OR name:\"Blue Harbor\"", Limit = 1, Page = either.NextPage }))
            .Data.Single().Id.ShouldNotBe(either.Data.Single().Id);
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(SandboxFixture sandbox, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Authorization = new("Bearer", SandboxKeys.Admin);
        request.Content = new StringContent(body, null, "application/x-www-form-urlencoded");
        using var response = await sandbox.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
