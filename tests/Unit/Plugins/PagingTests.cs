using System.Net;
using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Lists and errors, against answers that a world does not give.</summary>
public sealed class PagingTests
{
    [Theory]
    [InlineData(250, 250, true)]
    [InlineData(1000, 1000, true)]
    [InlineData(1001, 1000, false)]
    public async Task List_ManyPages_ReadsAllUpToTheBound(int exist, int read, bool complete)
    {
        await using var lumen = await Lumen.StartAsync(new Customers(exist));
        var listed = (await Reader(lumen).CustomersAsync(null, default)).ShouldBeOfType<Outcome<Listing<Customer>>.Ok>().Value;
        listed.Items.Count.ShouldBe(read);
        listed.Items.Select(c => c.Id).Distinct().Count().ShouldBe(read);
        listed.Complete.ShouldBe(complete);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, """{"type":"invalid_request_error","code":"permission_error","message":"The key 'rk_test_abcdefgh' needs rak_customer_read on cus_12345678."}""", "permission_error")]
    [InlineData(HttpStatusCode.TooManyRequests, """{"type":"rate_limit_error","code":"rate_limit","message":"Slow down, ann@acme.example."}""", "rate_limit")]
    [InlineData(HttpStatusCode.PaymentRequired, """{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"x"}""", "insufficient_funds")]
    [InlineData(HttpStatusCode.BadRequest, """{"type":"invalid_request_error","param":"email","message":"Invalid ann@acme.example, see https://stripe.com/x"}""", "invalid_request_error")]
    public async Task Error_EachKind_HasCodeAndRequestIdAndNothingPrivate(HttpStatusCode status, string error, string code)
    {
        await using var lumen = await Lumen.StartAsync(new Fixed(status, error));
        var refusal = (await Reader(lumen).CustomerAsync("cus_1", default)).ShouldBeOfType<Outcome<Customer>.Refused>().Refusal;
        refusal.Code.ShouldBe(code);
        refusal.RequestId.ShouldBe("req_test1234");
        foreach (var secret in new[] { "rk_test", "cus_1234", "ann@", "https:" })
        {
            refusal.Message.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Error_NoConnection_SaysSo()
    {
        await using var lumen = await Lumen.StartAsync(new Broken());
        (await Reader(lumen).CustomerAsync("cus_1", default)).ShouldBeOfType<Outcome<Customer>.Refused>().Refusal.Code.ShouldBe("stripe_unreachable");
    }

    private static StripeReader Reader(Lumen lumen) => lumen.Get<StripeReaders>().For(Lumen.Tenant);

    private sealed class Customers(int exist) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var query = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query);
            var from = query["starting_after"] is { } after ? int.Parse(after[4..]) + 1 : 0;
            var to = Math.Min(exist, from + int.Parse(query["limit"]!));
            var data = string.Join(',', Enumerable.Range(from, to - from).Select(i => $$"""{"id":"cus_{{i}}","object":"customer"}"""));
            return Task.FromResult(Answer(HttpStatusCode.OK, $$"""{"object":"list","url":"/v1/customers","has_more":{{(to < exist ? "true" : "false")}},"data":[{{data}}]}"""));
        }
    }

    private sealed class Fixed(HttpStatusCode status, string error) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Answer(status, $$"""{"error":{{error}}}"""));
    }

    private sealed class Broken : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("Connection refused (127.0.0.1:1)");
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status)
    {
        Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        Headers = { { "Request-Id", "req_test1234" }, { "Stripe-Should-Retry", "false" } },
    };
}
