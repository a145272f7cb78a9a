using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Storage;

/// <summary>Tells a fault of the database from others.</summary>
public static class StorageFault
{
    // The last is the base of both: an often run method of a provider that the runtime has put into its caller throws from there.
    private static readonly string[] _providers = ["Npgsql", "Microsoft.Data.Sqlite", "System.Data"];

    /// <summary>
    /// Entity Framework wraps what a provider throws (a cut connection comes as an InvalidOperationException): what is
    /// inside counts. After its connection was cut, a provider's transaction, command or reader says no more than that
    /// it is not in the state that the call needs: what a provider itself throws counts too, whatever its type, except
    /// that the caller gave up.
    /// </summary>
    public static bool Is(Exception fault)
    {
        for (var e = fault; e is not null; e = e.InnerException)
        {
            if (e is DbException or DbUpdateException || (e is not OperationCanceledException && IsProviders(e)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsProviders(Exception e) =>
        Array.Exists(_providers, p => IsOf(e.Source, p) || (e is ObjectDisposedException disposed && IsOf(disposed.ObjectName, p)));

    private static bool IsOf(string? name, string provider) =>
        name is not null && name.StartsWith(provider, StringComparison.Ordinal);
}
